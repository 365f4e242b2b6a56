// The programs Tenon is compared with: pnpm and bun from npm in exact versions, npm itself, and Nix from the system.
// Each call throws an error that says what is missing; the case then goes on without that peer.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GNU_TIME, type Lab, PROJECT } from './lab.ts'

const CACHE = join(PROJECT, 'bench/results/peers')

/** The native binary itself, without the shell or Node script in front of it. */
export function pnpm(lab: Lab): string {
  return join(npmPeers(lab), `@pnpm/exe.${process.platform}-${process.arch}/pnpm`)
}

export function bun(lab: Lab): string {
  return join(
    npmPeers(lab),
    `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`,
  )
}

/** `nix-env`, `nix-store` and `nix-hash` are then on the PATH. */
export function requireNix(lab: Lab): void {
  requireDebian(lab, 'nix-env', 'nix-bin')
}

/** GNU time, by which the lab knows how much memory a process had; without it no memory is measured. */
export function installMemoryMeter(lab: Lab): void {
  try {
    requireDebian(lab, GNU_TIME, 'time')
  } catch {
    console.log('memory is not measured: install time')
  }
}

/** Installs a Debian package unless its program is there; as root only. */
export function requireDebian(lab: Lab, program: string, debian = program): void {
  lab.once(debian, () => {
    if (hasProgram(lab, program)) return
    if (process.getuid?.() === 0) {
      lab.run({ argv: ['apt-get', 'install', '-y', '-qq', debian], cwd: lab.root, variables: lab.online })
    }
    if (!hasProgram(lab, program)) throw new Error(`peer missing: install ${debian}`)
  })
}

/** Name → version, for the report; null when the peer is missing. */
export function peerVersions(lab: Lab): Readonly<Record<string, string | null>> {
  const ask = (argv: () => readonly [string, ...string[]]): string | null => {
    try {
      return lab.run({ argv: argv(), cwd: lab.root, variables: lab.quiet }).trim()
    } catch {
      return null
    }
  }
  return {
    node: ask(() => [lab.node, '--version']),
    npm: ask(() => ['npm', '--version']),
    pnpm: ask(() => [pnpm(lab), '--version']),
    bun: ask(() => [bun(lab), '--version']),
    nix: ask(() => ['nix-env', '--version']),
    ostree: ask(() => ['ostree', '--version'])?.match(/Version: *'?([^'\n]+)/)?.[1] ?? null,
    stow: ask(() => ['stow', '--version'])?.match(/[\d.]+$/)?.[0] ?? null,
  }
}

function hasProgram(lab: Lab, program: string): boolean {
  const argv = ['sh', '-c', 'command -v "$1" || true', 'sh', program] as const
  return lab.run({ argv, cwd: lab.root, variables: lab.quiet }) !== ''
}

/** Installs what bench/peers.json names, unless it is there already, and gives the `node_modules` that holds it. */
function npmPeers(lab: Lab): string {
  return lab.once('peers', () => {
    const wanted = readFileSync(join(PROJECT, 'bench/peers.json'), 'utf8')
    const manifest = join(CACHE, 'package.json')
    const modules = join(CACHE, 'node_modules')
    const text = `${JSON.stringify({ private: true, dependencies: JSON.parse(wanted) }, null, 2)}\n`
    if (existsSync(modules) && readFileSync(manifest, 'utf8') === text) return modules
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(manifest, text)
    // Scripts stay off, as everywhere: bun's and pnpm's would only replace the small front by the binary, which is started directly.
    lab.run({
      argv: ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
      cwd: CACHE,
      variables: lab.online,
    })
    return modules
  })
}
