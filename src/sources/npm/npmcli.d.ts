// Types of the parts of npm's own libraries that Tenon uses; they come without any.

declare module '@npmcli/config' {
  interface ConfigOptions {
    readonly npmPath: string
    readonly definitions: object
    readonly shorthands: object
    readonly flatten: unknown
    readonly nerfDarts: readonly string[]
    readonly env: Record<string, string>
    readonly argv: readonly string[]
    readonly execPath: string
    readonly cwd: string
    readonly warn: boolean
  }
  export default class Config {
    constructor(options: ConfigOptions)
    readonly flat: Record<string, unknown>
    localPrefix: string | null
    load(): Promise<void>
    loadLocalPrefix(): Promise<void>
    /** The layer that sets `key`: 'default', 'builtin', 'global', 'user', 'project', 'env', 'cli'. */
    find(key: string): string | null
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const parts: {
    readonly definitions: { readonly registry: { readonly default: string } }
    readonly shorthands: object
    readonly flatten: unknown
    readonly nerfDarts: readonly string[]
  }
  export default parts
}

declare module '@npmcli/arborist' {
  export interface Edge {
    readonly name: string
    readonly type: string
    readonly from: Node | null
    readonly to: Node | null
    /** What is asked for, after overrides: a range, a tag, or `npm:name@range`. */
    readonly spec: string
  }
  export interface Node {
    readonly location: string
    /** As the registry gave it. */
    readonly packageName: unknown
    readonly version: string
    readonly integrity: string | null
    readonly resolved: string | null
    readonly package: Readonly<Record<string, unknown>>
    readonly edgesOut: ReadonlyMap<string, Edge>
    readonly edgesIn: ReadonlySet<Edge>
    readonly children: ReadonlyMap<string, Node>
    readonly inBundle: boolean
    readonly isLink: boolean
    readonly isProjectRoot: boolean
    readonly errors: readonly unknown[]
    readonly inventory: ReadonlyMap<string, Node>
    /** The package that code here gets by a name. */
    resolve(name: string): Node | null
  }
  export default class Arborist {
    constructor(options: Readonly<Record<string, unknown>>)
    readonly idealTree: Node | null
    buildIdealTree(options: Readonly<Record<string, unknown>>): Promise<Node>
  }
}

declare module '@npmcli/arborist/lib/release-age-exclude.js' {
  const helper: { isReleaseAgeExcluded(name: string, patterns: unknown): boolean }
  export default helper
}

declare module 'pacote' {
  interface Pacote {
    packument(spec: string, options: Readonly<Record<string, unknown>>): Promise<unknown>
    tarball(spec: string, options: Readonly<Record<string, unknown>>): Promise<Buffer>
  }
  const pacote: Pacote
  export default pacote
}

declare module 'npm-registry-fetch' {
  /** @throws what has a `statusCode` where the registry answered */
  export default function fetch(address: string, options: { readonly [option: string]: unknown }): Promise<unknown>
}

declare module 'npm-registry-fetch/lib/auth.js' {
  export interface Auth {
    readonly token: string | null
    readonly auth: string | null
    readonly cert: string | null
    readonly key: string | null
  }
  export default function getAuth(url: string, options: Readonly<Record<string, unknown>>): Auth
}
