import { readdirSync, readFileSync } from 'node:fs'

/** The ids of all processes below `root` whose command line contains `word`. Linux only. */
export function processesBelow(root: number, word: string): number[] {
  const parents = new Map(running().map((pid) => [pid, parentOf(pid)]))
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && (parent === root || isBelow(parent))
  }
  return [...parents.keys()].filter((pid) => isBelow(pid) && commandOf(pid).includes(word))
}

function running(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function commandOf(pid: number): string {
  return contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

/** The second field after the name, which stands in brackets and may hold anything. */
function parentOf(pid: number): number | undefined {
  const [, , parent] = contentOf(`/proc/${pid}/stat`).replace(/^.*\)/s, ')').split(' ')
  return parent === undefined ? undefined : Number(parent)
}

/** '' for one that has ended since it was listed. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
