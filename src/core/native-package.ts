// Native packages: what a package.yaml says, as values. Abilities, apps, libraries and plugins are one thing; the type changes how a
// package is shown and searched, never how it is installed.

import type { Requirement } from './environment.ts'
import type { JsonObject } from './json.ts'
import type { System } from './system.ts'
import type { VariableValue } from './variable.ts'

/** The name of the file that makes a directory a native package. */
export const PACKAGE_FILE = 'package.yaml'

export const PACKAGE_TYPES = ['ability', 'app', 'library', 'plugin', 'tool', 'resource', 'service'] as const
export type PackageType = (typeof PACKAGE_TYPES)[number]

/** What of a package can differ from system to system. */
export interface PackagePart {
  /** Of any source; those of native packages come from the registry that the package itself is in. */
  readonly dependencies: readonly Requirement[]
  /** Command → path of a file within the package. */
  readonly commands: { readonly [command: string]: string }
  readonly variables: PackageVariables
}

/** Text, or a path within the package. */
export type PackageVariables = { readonly [name: string]: VariableValue }

export interface NativePackage extends PackagePart {
  readonly name: string
  /** Semver, exact. */
  readonly version: string
  readonly type: PackageType
  readonly description: string
  /** An SPDX expression; null when it does not say. */
  readonly license: string | null
  readonly homepage: string | null
  /** Where it runs; null for everywhere. Sorted. */
  readonly systems: readonly System[] | null
  /** Path in the tree → path within the package: files and directories besides commands. */
  readonly files: { readonly [path: string]: string }
  readonly services: { readonly [name: string]: Service }
  /** In addition to the above on these systems. */
  readonly on: { readonly [S in System]?: PackagePart }
  /** For others; Tenon keeps it and never looks inside. */
  readonly metadata: JsonObject
}

/** A program that runs for as long as it is wanted. */
export interface Service {
  /** The program, looked up in the environment, and its arguments. */
  readonly command: readonly string[]
  readonly ready: Readiness | null
  readonly variables: PackageVariables
  /** Where it works: a directory relative to the data of the workspace; null for `<package>/<service>`. */
  readonly directory: string | null
}

/** How one finds out that a service can be used; it is given up after `timeout` seconds. */
export type Readiness =
  | { readonly kind: 'http'; readonly url: string; readonly timeout: number }
  | { readonly kind: 'port'; readonly port: number; readonly timeout: number }
  | { readonly kind: 'file'; readonly path: string; readonly timeout: number }

/** True for what native packages can be called. */
export function isNativeName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,199}$/.test(name)
}

/** What the package is on one system: `on` joined to the rest. */
export function packagePart(item: NativePackage, system: System): PackagePart {
  const own = item.on[system]
  if (own === undefined) return item
  return {
    dependencies: [...item.dependencies, ...own.dependencies],
    commands: { ...item.commands, ...own.commands },
    variables: { ...item.variables, ...own.variables },
  }
}
