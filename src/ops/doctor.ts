// `tenon doctor`: what Tenon sees on this machine, and what is wrong with it. Changes nothing that lasts.

import { dirname, join } from 'node:path'
import { isToolError } from '../core/errors.ts'
import type { Host } from '../host/host.ts'
import { findWorkspace } from '../profile/workspace.ts'
import { readTrustedKeys } from '../sources/registry/open.ts'
import { listEnvironments } from './environments.ts'

export interface Finding {
  readonly subject: string
  readonly status: 'ok' | 'warning' | 'error'
  readonly detail: string
}

export interface DoctorOptions {
  readonly start: string
  readonly storeRoot: string
  readonly nodeVersion: string
  readonly version: string
  readonly offline: boolean
  /** The user's own keys of registries. */
  readonly keysFile: string
}

export function diagnose(host: Host, options: DoctorOptions): readonly Finding[] {
  const findings: Finding[] = []
  const add = (subject: string, status: Finding['status'], detail: string) => findings.push({ subject, status, detail })
  add('tenon', 'ok', options.version)
  const major = Number(/^v?(\d+)/.exec(options.nodeVersion)?.[1])
  add(
    'node',
    major >= 24 ? 'ok' : 'warning',
    major >= 24 ? options.nodeVersion : `${options.nodeVersion}; Tenon is tested with 24`,
  )
  const workspace = findWorkspace(host, options.start)
  if (workspace === null) add('workspace', 'warning', `none at or above ${options.start}; \`tenon init\` makes one`)
  else
    add(
      'workspace',
      'ok',
      `${workspace.root} (${listEnvironments(host, workspace).join(', ') || 'no environments yet'})`,
    )
  add('store', ...storeState(host, options.storeRoot))
  add('registry keys', ...keysState(host, options.keysFile))
  add('network', 'ok', options.offline ? 'off (--offline or TENON_OFFLINE)' : 'on')
  return findings
}

function keysState(host: Host, path: string): readonly [Finding['status'], string] {
  if (host.stat(path) === null) return ['ok', `none of your own (they would be in ${path})`]
  try {
    const places = [...readTrustedKeys(host, path)].map(([place, keys]) => `${place} (${keys.length})`)
    return ['ok', `${path}: ${places.join(', ') || 'it names none'}`]
  } catch (error) {
    if (isToolError(error)) return ['error', error.message]
    throw error
  }
}

function storeState(host: Host, root: string): readonly [Finding['status'], string] {
  let existing = root
  while (host.stat(existing) === null && dirname(existing) !== existing) existing = dirname(existing)
  const probe = join(existing, `.tenon-probe-${host.random(8)}`)
  try {
    host.makeDirectory(probe, 0o755)
    host.removeDirectory(probe)
  } catch (error) {
    return ['error', `${root} cannot be written: ${(error as Error).message}`]
  }
  return ['ok', existing === root ? root : `${root} (will be made)`]
}
