// The JSON Schema of environment files: the one statement of their shape. From it come the published schema, the completion of
// editors and the compiled validator (scripts/generate.ts). What no schema can say is checked in environment-file.ts.
//
// `patternErrorMessage` is what editors show, and what Tenon says, when the pattern does not match.

import type { JsonObject } from './json.ts'
import { SYSTEMS } from './system.ts'

export const relativePath = {
  type: 'string',
  maxLength: 1024,
  // Control characters, a leading slash, backslashes and `..` are refused.
  pattern: '^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$',
  patternErrorMessage: 'must be a relative path that stays inside, written with `/`',
}

const priority = {
  title: 'Priority',
  description: 'Who wins when two packages give the same path: the higher one. 0 unless set.',
  type: 'integer',
  minimum: -1000,
  maximum: 1000,
  examples: [10],
}

const version = {
  title: 'Range',
  description: 'Which versions will do, in the syntax of the source. Quotes are not needed around numbers.',
  type: ['string', 'number'],
  examples: ['^1.2', '~5.9', '>=1 <3'],
}

const ageLimits = {
  minimum: 0,
  maximum: 365,
  pattern: '^[0-9]{1,6}[mhdw]?$',
  patternErrorMessage: 'must be an age: `30m`, `12h`, `3d` or `2w`; a bare number is days',
}

export function text(title: string, description: string, ...examples: string[]): JsonObject {
  return { title, description, type: 'string', minLength: 1, maxLength: 2048, examples }
}

function longForm(title: string, key: string, properties: JsonObject): JsonObject {
  return {
    title,
    type: 'object',
    required: [key],
    additionalProperties: false,
    properties: { ...properties, priority },
  }
}

export const environmentSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Tenon environment',
  description: 'What an environment consists of: environments/<name>.yaml.',
  type: 'object',
  required: ['tenon'],
  additionalProperties: false,
  properties: {
    tenon: {
      title: 'Format',
      description: 'The format of this file; always 1.',
      const: 1,
      examples: [1],
    },
    extends: {
      title: 'Bases',
      description:
        'Environments that this one builds on: names in this workspace, paths of .yaml files relative to this file, or `git+https://…?dir=…&rev=…#name` of another repository. Later ones win over earlier ones, this file over all.',
      type: ['array', 'null'],
      maxItems: 32,
      items: text(
        'Base',
        'A name, a path or a git address.',
        'base',
        '../shared/tools.yaml',
        'git+https://example.org/team/base.git?rev=main#dev',
      ),
      examples: [['base']],
    },
    systems: {
      title: 'Systems',
      description: 'Where the environment has to work; the lock covers all of them. Both unless given.',
      type: ['array', 'null'],
      minItems: 1,
      items: { enum: SYSTEMS },
      examples: [['x86_64-linux']],
    },
    registries: {
      title: 'Registries',
      description:
        'Registries of native packages, by the name that requirements use: a directory relative to this file, or an address.',
      type: ['object', 'null'],
      propertyNames: {
        pattern: '^[a-z][a-z0-9-]{0,63}$',
        patternErrorMessage:
          'is not a name a registry can have: lower-case letters, digits and `-`, beginning with a letter',
      },
      additionalProperties: text(
        'Place',
        'A directory relative to this file, or an http(s) or git address.',
        '../registry',
      ),
      examples: [{ core: '../registry' }],
    },
    keys: {
      title: 'Keys',
      description: 'Public keys by the name of a registry: one of them must have signed it, or nothing of it is used.',
      type: ['object', 'null'],
      additionalProperties: {
        title: 'Keys of a registry',
        type: ['array', 'string'],
        minItems: 1,
        maxItems: 16,
        items: text('Key', '`<name>:<base64>`, as `tenon registry keygen` prints it.', 'core-1:JVYb…='),
      },
      examples: [{ core: 'core-1:JVYbGSvVnjNDuFnL2Xx8Jd2ZUqOXcJjLc9NN3nTLVYA=' }],
    },
    packages: {
      title: 'Packages',
      description: 'What the environment contains.',
      type: ['array', 'null'],
      items: {
        title: 'Requirement',
        description: 'A package: `source:name[extras]@range`, or a mapping with one source key.',
        anyOf: ['short', 'npm', 'pypi', 'deb', 'git', 'url', 'path', 'registry'].map((name) => ({
          $ref: `#/$defs/${name}`,
        })),
      },
      examples: [['npm:typescript@~5.9']],
    },
    variables: {
      title: 'Variables',
      description:
        'Environment variables that programs of the environment see. Numbers and true/false are taken as they are written.',
      type: ['object', 'null'],
      propertyNames: {
        maxLength: 256,
        pattern: '^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$',
        patternErrorMessage: 'is not a name a variable can have: letters, digits and `_`, not beginning with a digit',
        allOf: [
          {
            pattern: '^(?!PATH$)',
            patternErrorMessage: 'cannot be set here: Tenon makes it from the packages of the environment',
          },
          {
            pattern: '^(?!TENON_)',
            patternErrorMessage: "cannot be set here: names that begin with `TENON_` are Tenon's own",
          },
        ],
      },
      additionalProperties: { title: 'Value', type: ['string', 'number', 'boolean'], maxLength: 32768 },
      examples: [{ GREETING: 'hello' }],
    },
    minimumReleaseAge: {
      title: 'Minimum release age',
      description:
        'How long a version of npm must have been public before it is locked: `30m`, `12h`, `3d`, `2w`; a bare number is days, 0 turns it off. One day unless given.',
      type: ['string', 'integer', 'object', 'null'],
      ...ageLimits,
      additionalProperties: false,
      properties: {
        age: { title: 'Age', type: ['string', 'integer'], ...ageLimits, examples: ['3d'] },
        except: {
          title: 'Exceptions',
          description: 'What is taken however young it is: a package, one version of it, or a scope.',
          type: ['array', 'null'],
          maxItems: 1000,
          items: text(
            'Exception',
            '`npm:NAME`, `npm:NAME@VERSION` or `npm:@SCOPE/*`.',
            'npm:typescript',
            'npm:typescript@5.9.4',
            'npm:@example/*',
          ),
        },
      },
      examples: ['3d', { age: '3d', except: ['npm:typescript@5.9.4', 'npm:@example/*'] }],
    },
    links: {
      title: 'Links',
      description:
        'Places in the workspace that show a part of the current generation, so that editors and bundlers find it.',
      type: ['object', 'null'],
      maxProperties: 256,
      propertyNames: {
        maxLength: relativePath.maxLength,
        pattern: relativePath.pattern,
        patternErrorMessage: relativePath.patternErrorMessage,
      },
      additionalProperties: { title: 'Part', description: 'A path in the tree of the environment.', ...relativePath },
      examples: [{ node_modules: 'lib/node_modules' }],
    },
    checks: {
      title: 'Checks',
      description: 'Commands that must succeed in a new generation before it becomes current.',
      type: ['array', 'null'],
      maxItems: 100,
      items: {
        title: 'Command',
        type: 'string',
        maxLength: 4096,
        pattern: '\\S',
        patternErrorMessage: 'must be a command',
      },
      examples: [['tsc --version']],
    },
  },
  $defs: {
    short: {
      title: 'Short form',
      description: '`source:name[extras]@range`',
      type: 'string',
      maxLength: 2048,
      pattern: '^[a-z][a-z0-9-]*:\\S',
      patternErrorMessage: 'must be of the form `source:name@range`',
      examples: ['npm:typescript@~5.9', 'pypi:httpx[http2]@>=0.27,<1', 'deb:jq', 'path:../tools/hello'],
    },
    npm: longForm('npm package', 'npm', {
      npm: text('Name', 'The name of a package on npm.', 'typescript', '@types/node'),
      version,
    }),
    pypi: longForm('Python package', 'pypi', {
      pypi: text('Name', 'The name of a package on PyPI, with extras.', 'httpx[http2]'),
      version,
    }),
    deb: longForm('Debian package', 'deb', { deb: text('Name', 'The name of a binary package.', 'jq'), version }),
    git: longForm('Package in a git repository', 'git', {
      git: text('Address', 'Where the repository is: `https://…`, or a directory relative to this file.'),
      rev: { ...text('Revision', 'A tag, a branch or a commit id.', 'v1.2.0'), type: ['string', 'number'] },
      directory: {
        title: 'Directory',
        description: 'Of the package, within the repository.',
        ...relativePath,
        examples: ['packages/lint'],
      },
    }),
    url: longForm('File at an address', 'url', {
      url: text('Address', 'Where the file is: `https://…`.'),
      sha256: {
        title: 'Hash',
        description: 'The sha256 of the file, in hexadecimal; locked at the first use unless given.',
        type: ['string', 'number'],
        pattern: '^[0-9A-Fa-f]{64}$',
        patternErrorMessage: 'must be 64 hexadecimal digits',
      },
      integrity: {
        title: 'Integrity',
        description: 'Instead of `sha256`: the hash of the file as SRI.',
        type: 'string',
        pattern: '^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$',
        patternErrorMessage: 'must be of the form `sha512-…` (SRI)',
      },
      unpack: {
        title: 'Unpack',
        description:
          'Whether the file is an archive whose contents are the package: tar (plain, gz, xz, zst, bz2) or zip.',
        type: 'boolean',
      },
      strip: {
        title: 'Strip',
        description:
          'How many leading directories of the archive are dropped. Unless given: the one that holds everything, if there is one and it is not `bin`, `lib`, ….',
        type: 'integer',
        minimum: 0,
        maximum: 16,
      },
      executable: { title: 'Executable', description: 'Whether the file is a program.', type: 'boolean' },
      place: {
        title: 'Place',
        description:
          'Where the file, or what is unpacked, appears in the tree; `share/NAME` or, for a program, `bin/NAME` unless given.',
        ...relativePath,
        examples: ['share/models/small.gguf'],
      },
    }),
    path: longForm('Directory of the workspace', 'path', {
      path: text('Directory', 'Relative to this file, inside the workspace.', '../tools/hello'),
    }),
    registry: longForm('Native package', 'registry', {
      registry: text('Name', 'Registry and name, as declared under `registries`.', 'core:chroma'),
      version,
    }),
  },
} as const satisfies JsonObject
