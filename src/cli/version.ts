// The version of this program, from package.json: the bundler puts it in, unbuilt sources read it.

import { readVersion } from '../host/own-files.ts'

declare const __TENON_VERSION__: string | undefined

export const VERSION: string = typeof __TENON_VERSION__ === 'string' ? __TENON_VERSION__ : readVersion()
