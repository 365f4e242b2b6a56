// The JSON Schema of lock files, for tools and readers. Tenon itself reads locks with core/lock.ts, which is faster and also checks
// what no schema can say: that every id is one of a package in the lock. Tests hold the two against each other.

import { LOCKED_SOURCES } from './environment.ts'
import type { JsonObject } from './json.ts'
import { SYSTEMS } from './system.ts'

const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const integrity = {
  description: 'An SRI string; of a tree, that of its NAR.',
  type: 'string',
  pattern: '^(?:sha1|sha256|sha384|sha512)-[A-Za-z0-9+/]+={0,2}$',
}
const source = { enum: LOCKED_SOURCES }
/** Relative, and staying below where it starts. */
const relativePath = {
  type: 'string',
  maxLength: 4096,
  pattern: '^(?!(?:.*/)?\\.{1,2}(?:/|$))[^\\u0000-\\u001f\\u007f/]+(?:/[^\\u0000-\\u001f\\u007f/]+)*$',
}
const id = {
  description: 'Source, name and version of a package; unique in the lock.',
  type: 'string',
  maxLength: 4096,
  pattern: '^[a-z][a-z0-9-]{0,63}:(?!\\.\\.(?:/|$))(?!.*[/:@]\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f]+$',
}
const requirement = {
  description: 'The requirement in its short form, as asked.',
  type: 'string',
  minLength: 1,
  maxLength: 4096,
  pattern:
    '^(?:git:(?:\\.\\./)*(?:\\.\\./|\\.\\.(?=[#@]|$)))?(?!\\.\\.(?:/|$))(?!.*[/:@]\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f]*$',
}

const commit = { type: 'string', pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$' }

/** `optional` may be missing. */
function closed(description: string, properties: JsonObject, optional: JsonObject = {}): JsonObject {
  return { description, type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } }
}

const registries = {
  description: 'The states of registries that packages were chosen from, by the names that requirements use.',
  type: 'object',
  propertyNames: { pattern: '^[a-z][a-z0-9-]{0,63}$' },
  additionalProperties: closed(
    'A registry.',
    {
      place: { description: 'As the environment names it.', type: 'string', minLength: 1, maxLength: 4096 },
      name: { description: 'What the registry calls itself.', type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}$' },
      serial: { description: 'It never falls.', type: 'integer', minimum: 0 },
    },
    {
      commit: { description: 'Of a registry in git: the commit that it was read at.', ...commit },
      key: {
        description: 'The public key that had signed it; missing where none was wanted.',
        type: 'string',
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}:[A-Za-z0-9+/]{43}=$',
      },
    },
  ),
}

const imports = {
  description: 'The repositories that the environment extends environments of, by their address.',
  type: 'object',
  propertyNames: { pattern: '^git\\+' },
  additionalProperties: closed('A repository.', {
    commit,
    files: {
      description: 'Every file that was read, by its path in the repository.',
      type: 'object',
      propertyNames: relativePath,
      additionalProperties: integrity,
    },
  }),
}

export const lockSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Tenon lock',
  ...closed(
    'What was chosen for an environment: environments/<name>.lock.json. Written by Tenon, not for editing.',
    {
      schema: { description: 'The format of the file.', const: 1 },
      satisfies: { description: 'Digest of what the environment file asks for.', ...digest },
      variables: { type: 'object', additionalProperties: { type: 'string' } },
      systems: {
        type: 'object',
        propertyNames: { enum: SYSTEMS },
        additionalProperties: closed('What one system gets.', {
          roots: {
            type: 'array',
            items: closed('A requirement and what was chosen for it.', {
              requirement,
              package: id,
              priority: { type: 'integer' },
            }),
          },
          packages: { description: 'Every package of the system.', type: 'array', items: id },
        }),
      },
      packages: {
        description: 'Every package of any system, sorted by id.',
        type: 'array',
        items: closed('One package.', {
          id,
          source,
          name: relativePath,
          version: { type: 'string', pattern: '^[0-9A-Za-z][0-9A-Za-z.+_~:!-]{0,255}$' },
          dependencies: {
            description: 'By the name under which the package knows the dependency.',
            type: 'object',
            propertyNames: {
              maxLength: 4096,
              pattern: '^(?!/)(?!\\.\\.(?:/|$))(?!.*[/:@]\\.\\.(?:/|$))(?!__proto__$)[^\\u0000-\\u001f\\u007f]+$',
            },
            additionalProperties: id,
          },
          artifacts: {
            type: 'array',
            items: {
              oneOf: [
                closed('A file that the source knows where to get.', {
                  kind: { const: 'file' },
                  source,
                  package: relativePath,
                  name: { ...relativePath, pattern: '^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f/]+$' },
                  size: {
                    description: 'Bytes; null when the source does not say.',
                    type: ['integer', 'null'],
                    minimum: 0,
                  },
                  integrity,
                }),
                closed('A directory of a git repository at a commit, by content.', {
                  kind: { const: 'git' },
                  url: { type: 'string', minLength: 1, maxLength: 4096, pattern: '^[^\\u0000-\\u001f\\u007f]+$' },
                  commit,
                  directory: { anyOf: [{ const: '' }, relativePath] },
                  integrity,
                }),
                closed('One file at an address, or a file of the workspace that a package names.', {
                  kind: { const: 'url' },
                  url: {
                    type: 'string',
                    maxLength: 4096,
                    anyOf: [
                      { pattern: '^https?://[^/@\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$' },
                      { pattern: relativePath.pattern.replace('^', '^\\./') },
                    ],
                  },
                  name: { ...relativePath, pattern: '^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f/]+$' },
                  size: {
                    description: 'Bytes; null when nobody has asked yet.',
                    type: ['integer', 'null'],
                    minimum: 0,
                  },
                  integrity,
                }),
                closed('A directory of the workspace, by content.', {
                  kind: { const: 'tree' },
                  path: { anyOf: [{ const: '.' }, relativePath] },
                  integrity,
                }),
              ],
            },
          },
          data: { description: 'What the source needs to know again.', type: 'object' },
        }),
      },
    },
    { registries, imports },
  ),
} as const satisfies JsonObject
