// Starts other programs: always an argument list, never a shell line of ours. Signals that reach us reach them.

import type { ChildProcess } from 'node:child_process'

export interface RunOptions {
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  /** The user's own; Tenon's is always 022. */
  readonly umask: number
  /** Ends the program (SIGTERM) when aborted. */
  readonly signal?: AbortSignal
}

const FORWARDED: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
]

/** Hands the terminal over. The exit code; 128 + n when signal n ended it, 127 when there is no such program, 126 when it cannot be executed. */
export async function runProgram(command: Command, options: RunOptions): Promise<number> {
  return await waitFor(start(command, options, 'inherit'), options)
}

export interface CapturedRun {
  readonly exitCode: number
  /** What it printed on both streams, the end of it when it was long. */
  readonly output: string
}

/** Runs a program that is not to be seen; its input is empty unless given. The exit code is that of `runProgram`. */
export async function captureProgram(
  command: Command,
  options: RunOptions & { readonly input?: string },
): Promise<CapturedRun> {
  const child = start(command, options, 'pipe')
  // A program that ends before it read anything closes the pipe.
  child.stdin?.on('error', () => {}).end(options.input ?? '')
  let output = ''
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-MAX_CAPTURED)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  return { exitCode: await waitFor(child, options), output }
}

export type Command = readonly [string, ...string[]]

const DRAIN_MS = 500
/** In characters. */
const MAX_CAPTURED = 16_384

function start([program, ...args]: Command, options: RunOptions, output: 'inherit' | 'pipe'): ChildProcess {
  // Most verbs start no program, and loading this takes a tenth of what they do.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const umask = process.umask(options.umask)
  try {
    return spawn(program, args, {
      cwd: options.cwd,
      env: options.environment,
      stdio: output === 'inherit' ? 'inherit' : ['pipe', 'pipe', 'pipe'],
    })
  } finally {
    process.umask(umask)
  }
}

async function waitFor(child: ChildProcess, options: RunOptions): Promise<number> {
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  const stop = () => child.kill('SIGTERM')
  options.signal?.addEventListener('abort', stop)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') resolve(127)
        else if (error.code === 'EACCES') resolve(126)
        else reject(error)
      })
      child.on('exit', (code, signal) => {
        const exitCode = code ?? 128 + (signal === null ? 0 : (SIGNAL_NUMBERS[signal] ?? 0))
        child.on('close', () => resolve(exitCode))
        // Something that it left running may hold its output open for ever.
        setTimeout(() => resolve(exitCode), DRAIN_MS).unref()
      })
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
    options.signal?.removeEventListener('abort', stop)
  }
}

const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
}
