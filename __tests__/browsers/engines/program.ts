import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A program that was started beside the tests. */
export interface Program {
  readonly pid: number
  /** Kills it and waits until it is gone. */
  end(): Promise<void>
}

/** Starts a display without a screen on a number that is free; resolves with it, as in `:99`, when it can be used. */
export async function startDisplay(program: string): Promise<Program & { readonly display: string }> {
  const child = spawn(program, ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  // It says its number when it listens.
  const [number] = (await once(child.stdio[3] as Readable, 'data')) as [Buffer]
  return { ...programOf(child), display: `:${number.toString().trim()}` }
}

/** Starts a browser that is driven over a socket; resolves with the socket's address, which the program tells. */
export async function startDebugged(
  program: string,
  programArguments: readonly string[],
): Promise<Program & { readonly address: string }> {
  const child = spawn(program, programArguments, { stdio: ['ignore', 'ignore', 'pipe'] })
  for await (const line of createInterface(child.stderr)) {
    const address = /listening on (ws:\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    // What else it has to say is not read, but must not fill the pipe.
    child.stderr.resume()
    return { ...programOf(child), address }
  }
  throw new Error(`Expected ${program} to listen; it ended with ${child.exitCode}`)
}

/** Starts a WebDriver service on a free port; resolves with its address when it answers. */
export async function startService(
  program: string,
  environment: Readonly<Record<string, string>>,
): Promise<Program & { readonly address: string }> {
  const port = await freePort()
  const child = spawn(program, [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
  })
  const address = `http://127.0.0.1:${port}`
  await answers(`${address}/status`, child)
  return { ...programOf(child), address }
}

function programOf(child: ChildProcess): Program {
  const { pid } = child
  if (pid === undefined) throw new Error(`Expected ${child.spawnfile} to start`)
  return {
    pid,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Asks until it answers, or until the program has ended without doing so. */
async function answers(address: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(address).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`Expected ${child.spawnfile} to listen at ${address}; it ended with ${child.exitCode}`)
}
