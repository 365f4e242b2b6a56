// Starts other programs: always an argument list, never a shell line of ours. Signals that reach us reach them.

import { spawn } from 'node:child_process'

export interface RunOptions {
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  /** The user's own; Tenon's is always 022. */
  readonly umask: number
  /** `inherit` hands the terminal over; `stderr` sends what the program prints to our stderr. */
  readonly output: 'inherit' | 'stderr'
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

/** The exit code; 128 + n when signal n ended it, 127 when there is no such program, 126 when it cannot be executed. */
export async function runProgram(command: readonly [string, ...string[]], options: RunOptions): Promise<number> {
  const [program, ...args] = command
  const umask = process.umask(options.umask)
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.environment,
    stdio: options.output === 'inherit' ? 'inherit' : ['ignore', 2, 2],
  })
  process.umask(umask)
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
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : (SIGNAL_NUMBERS[signal] ?? 0))))
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
