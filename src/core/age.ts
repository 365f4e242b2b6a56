// Ages as people write them, in files and on the command line.

const HOUR = 3_600_000
/** Milliseconds. */
export const DAY = 24 * HOUR
const UNITS: Readonly<Record<string, number>> = { m: HOUR / 60, h: HOUR, d: DAY, w: 7 * DAY }

/** `30m`, `12h`, `3d`, `2w`; a bare number is days. Milliseconds; null for anything else. */
export function parseAge(text: string): number | null {
  const [, digits, unit = 'd'] = /^([0-9]{1,6})([mhdw])?$/.exec(text) ?? []
  return digits === undefined ? null : Number(digits) * (UNITS[unit] ?? 0)
}
