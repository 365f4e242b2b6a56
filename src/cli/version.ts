// The version of this program, from package.json: the bundler puts it in, unbuilt sources read it.

import { readVersion } from '../host/own-files.ts'

declare const __TENON_VERSION__: string | undefined
declare const __TENON_PROGRAM__: string | undefined

export const VERSION: string = typeof __TENON_VERSION__ === 'string' ? __TENON_VERSION__ : readVersion()

/** A digest of the sources that were bundled; null when the sources themselves run. */
export const PROGRAM: string | null = typeof __TENON_PROGRAM__ === 'string' ? __TENON_PROGRAM__ : null
