import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { columns as own, type Column } from './columns.js'
import { goodToken, type GoodTokenOptions } from './good-token.js'
import { hour, type Page } from './hour.js'
import { weigh } from './memory.js'
import { peers } from './peers.js'
import { storms } from './storm.js'

/** What a process of the bench is asked to do. */
export type Task =
  | ({
      readonly task: 'good-token'
      readonly kind: 'axios' | 'fetch'
      readonly wire: boolean
      readonly only?: readonly string[]
    } & Pick<GoodTokenOptions, 'requests' | 'rounds' | 'warmUp' | 'atOnce'>)
  | {
      readonly task: 'storm'
      readonly kind: 'axios' | 'fetch'
      readonly held: number
      readonly rounds: number
      readonly only?: readonly string[]
    }
  | { readonly task: 'memory'; readonly column: string; readonly held: number }
  | ({ readonly task: 'hour' } & Page)
  | { readonly task: 'server' }

/** What it tells on the way: that a round is done, or what came of it all. */
export type Told = { readonly round: true } | { readonly result: unknown }

const tell = (told: Told): void => void process.send?.(told)
const onRound = (): void => tell({ round: true })

process.once('message', (task: Task) => {
  perform(task).then(
    // It has to reach the parent first: some of the peers keep timers that would keep the process.
    (result) => void process.send?.({ result }, undefined, undefined, () => exitUnlessServing(task)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

function exitUnlessServing({ task }: Task): void {
  if (task !== 'server') process.exit(0)
}

async function perform(task: Task): Promise<unknown> {
  if (task.task === 'server') return serve()
  const all = [...own, ...(await peers(process.cwd()))]
  switch (task.task) {
    case 'good-token':
      return task.wire
        ? overTheWire(all, task)
        : goodToken(chosen(all, task.only), task.kind, { ...task, onRound })
    case 'storm':
      return storms(chosen(all, task.only), task.kind, { ...task, onRound })
    case 'memory':
      return weigh(named(all, task.column), task.held)
    case 'hour': {
      const hours = []
      for (const column of all) {
        hours.push(await hour(column, task))
        onRound()
      }
      return hours
    }
  }
}

function chosen(all: readonly Column[], only: readonly string[] | undefined): readonly Column[] {
  return only ? all.filter(({ name }) => only.includes(name)) : all
}

function named(all: readonly Column[], name: string): Column {
  const column = all.find((one) => one.name === name)
  if (!column) throw new Error(`Expected the name of a column, got "${name}"`)
  return column
}

/** The same, through axios's own http adapter, chosen by its name, to a server in a process of its own. */
async function overTheWire(all: readonly Column[], task: GoodTokenOptions): Promise<unknown> {
  const [, script = ''] = process.argv
  const server = fork(script, { execArgv: [] })
  try {
    const port = await new Promise<number>((resolve) => {
      server.once('message', ({ result }: { result: number }) => resolve(result))
      server.send({ task: 'server' } satisfies Task)
    })
    const http = { adapter: 'http', baseURL: `http://127.0.0.1:${port}` } as const
    return await goodToken(all, 'axios', { ...task, http, onRound })
  } finally {
    server.kill()
  }
}

/** An API that lets in whoever shows a token. */
async function serve(): Promise<number> {
  const server = createServer(({ headers }, response) => {
    const isSigned = headers.authorization?.startsWith('Bearer ')
    response.writeHead(isSigned ? 200 : 401, { 'content-type': 'application/json' }).end('{"id":1}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.once('disconnect', () => process.exit(0))
  return (server.address() as AddressInfo).port
}
