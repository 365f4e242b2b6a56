// The systems an environment can be locked for.

export const SYSTEMS = ['x86_64-linux', 'aarch64-linux'] as const
export type System = (typeof SYSTEMS)[number]

export function isSystem(value: unknown): value is System {
  return SYSTEMS.includes(value as System)
}

/** The system of a Node `process.arch`/`process.platform` pair; null when Tenon does not support it. */
export function systemOf(platform: string, arch: string): System | null {
  if (platform !== 'linux') return null
  return arch === 'x64' ? 'x86_64-linux' : arch === 'arm64' ? 'aarch64-linux' : null
}
