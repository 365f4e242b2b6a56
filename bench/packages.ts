// The files of packages that are made up: the same in every run, none like another. Pure.

import { Noise } from './noise.ts'

export interface PackageFile {
  readonly path: string
  readonly bytes: Buffer
  readonly executable: boolean
}

/** Five files in three directories. */
export function smallPackage(number: number): readonly PackageFile[] {
  const noise = new Noise(number)
  return [
    file('package.json', noise, 300),
    file('README.md', noise, 1200),
    file('lib/index.js', noise, 2400),
    file('lib/util.js', noise, 700),
    { ...file('bin/cli.js', noise, 400), executable: true },
  ]
}

/** What a package puts into each directory of a prefix: 45 files, of which 11 stand beside those of other packages. */
export function prefixPackage(name: string, seed: number): readonly PackageFile[] {
  const noise = new Noise(1_000_000 + seed)
  const own = (directory: string, count: number): readonly PackageFile[] =>
    Array.from({ length: count }, (_, index) => file(`${directory}/${name}/part-${index}`, noise, 1500))
  return [
    { ...file(`bin/${name}`, noise, 3000), executable: true },
    file(`include/${name}.h`, noise, 1500),
    file(`lib/pkgconfig/${name}.pc`, noise, 300),
    ...own('lib', 24),
    file(`share/man/man1/${name}.1`, noise, 4000),
    ...own('share/doc', 11),
    file(`share/licenses/${name}/LICENSE`, noise, 1100),
    file(`share/bash-completion/completions/${name}`, noise, 900),
    file(`share/zsh/site-functions/_${name}`, noise, 900),
    file(`share/fish/vendor_completions.d/${name}.fish`, noise, 900),
    file(`share/locale/de/LC_MESSAGES/${name}.mo`, noise, 2500),
    file(`share/icons/hicolor/${name}.svg`, noise, 1800),
  ]
}

/** The directories that packages of that shape share. */
export const PREFIX: readonly string[] = ['bin', 'include', 'lib', 'share']

/** Sizes of the files of a real `node_modules`, one for every twentieth of them. */
const SIZES = [
  0, 64, 89, 108, 139, 188, 260, 338, 403, 502, 630, 776, 963, 1162, 1517, 2098, 3139, 4590, 7274, 15_295, 60_000,
]

/** Files like those of a real `node_modules`: about 34,000 in 540 packages, most of them small and a few very large. */
export function* madeUpModules(): Generator<PackageFile> {
  const noise = new Noise(34)
  for (let number = 0; number < 540; number++) {
    const directories = ['', 'dist/', 'dist/esm/', 'lib/', 'lib/internal/', 'src/', 'src/types/deep/']
    const count = 8 + Math.floor(110 * noise.fraction() ** 2 * 1.5)
    for (let index = 0; index < count; index++) {
      const directory = directories[noise.number(directories.length)] ?? ''
      const size = number % 27 === 0 && index === 0 ? 2e6 + noise.number(9e6) : sizeAt(noise.fraction())
      const path = `package-${number}/${directory}file-${index}.js`
      yield { path, bytes: noise.bytes(size), executable: index === 1 && number % 5 === 0 }
    }
  }
}

function sizeAt(share: number): number {
  const place = share * (SIZES.length - 1)
  const low = SIZES[Math.floor(place)] ?? 0
  const high = SIZES[Math.ceil(place)] ?? low
  return Math.round(low + (high - low) * (place % 1))
}

function file(path: string, noise: Noise, size: number): PackageFile {
  return { path, bytes: noise.bytes(Math.round(size * (0.5 + noise.fraction()))), executable: false }
}
