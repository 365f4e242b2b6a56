// The JSON Schema of package.yaml: the one statement of its shape. What no schema can say is checked in package-file.ts.

import { environmentSchema, relativePath, text } from './environment-schema.ts'
import type { JsonObject } from './json.ts'
import { PACKAGE_TYPES } from './native-package.ts'
import { SYSTEMS } from './system.ts'

const { packages: dependencies, variables } = environmentSchema.properties

const commands = {
  title: 'Commands',
  description: 'The commands that the package gives: name, and the file within the package.',
  type: ['object', 'null'],
  maxProperties: 1000,
  propertyNames: {
    pattern: '^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$',
    patternErrorMessage: 'is not a name a command can have: letters, digits and `. _ + @ -`',
  },
  additionalProperties: { title: 'File', ...relativePath },
  examples: [{ greet: 'bin/greet' }],
}

const part = {
  dependencies: {
    ...dependencies,
    items: { $ref: '#/$defs/requirement' },
    title: 'Dependencies',
    description:
      'What the package needs: the same references as in environments. Native packages come from the registry that this one is in.',
    examples: [['core:markdown@^1', 'npm:marked@^16']],
  },
  commands,
  variables: {
    ...variables,
    description:
      'Environment variables that programs of an environment with this package see: text, or a place in the package.',
    additionalProperties: {
      title: 'Value',
      type: ['string', 'number', 'boolean', 'object'],
      maxLength: 32768,
      required: ['path'],
      additionalProperties: false,
      properties: { path: { title: 'Path', description: 'Within the package, wherever that is.', ...relativePath } },
    },
    examples: [{ MODEL: { path: 'share/model.gguf' }, MODEL_FORMAT: 'gguf' }],
  },
}

const timeout = {
  title: 'Timeout',
  description: 'Seconds after which the service is given up; 60 unless set.',
  type: 'integer',
  minimum: 1,
  maximum: 3600,
}

export const packageSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Tenon package',
  description: 'What a native package is: package.yaml in its directory.',
  type: 'object',
  required: ['tenon', 'name', 'version', 'type', 'description'],
  additionalProperties: false,
  properties: {
    tenon: { title: 'Format', description: 'The format of this file; always 1.', const: 1, examples: [1] },
    name: {
      title: 'Name',
      description: 'What requirements call it, after the name of its registry.',
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9._-]{0,199}$',
      patternErrorMessage: 'must be lower-case letters, digits and `. _ -`, beginning with a letter or a digit',
      examples: ['markdown'],
    },
    version: {
      title: 'Version',
      description: 'A version of three numbers, as semver has it.',
      type: ['string', 'number'],
      maxLength: 256,
      examples: ['1.0.0'],
    },
    type: {
      title: 'Type',
      description: 'What kind of package it is: how it is shown and searched, never how it is installed.',
      enum: PACKAGE_TYPES,
      examples: ['ability'],
    },
    description: text('Description', 'One line that says what it is for.', 'Turns Markdown into HTML.'),
    license: text('Licence', 'An SPDX expression.', 'Apache-2.0'),
    homepage: {
      ...text('Home page', 'Where people read about it.'),
      pattern: '^https?://[^\\s]+$',
      patternErrorMessage: 'must be an http(s) address',
    },
    systems: {
      title: 'Systems',
      description: 'Where it runs; everywhere unless given.',
      type: ['array', 'null'],
      minItems: 1,
      items: { enum: SYSTEMS },
      examples: [['x86_64-linux']],
    },
    ...part,
    files: {
      title: 'Files',
      description:
        'Files and directories that it gives to the tree besides its commands: place in the tree, and path within the package.',
      type: ['object', 'null'],
      maxProperties: 1000,
      propertyNames: {
        maxLength: relativePath.maxLength,
        pattern: relativePath.pattern,
        patternErrorMessage: relativePath.patternErrorMessage,
      },
      additionalProperties: { title: 'Path', ...relativePath },
      examples: [{ 'share/doc/markdown': 'doc' }],
    },
    services: {
      title: 'Services',
      description: 'Programs that run for as long as they are wanted.',
      type: ['object', 'null'],
      maxProperties: 100,
      propertyNames: {
        pattern: '^[a-z][a-z0-9-]{0,62}$',
        patternErrorMessage: 'is not a name a service can have: lower-case letters, digits and `-`',
      },
      additionalProperties: {
        title: 'Service',
        type: 'object',
        required: ['command'],
        additionalProperties: false,
        properties: {
          command: {
            title: 'Command',
            description: 'The program, looked up in the environment, and its arguments.',
            type: 'array',
            minItems: 1,
            maxItems: 1000,
            items: { title: 'Word', type: ['string', 'number', 'boolean'], maxLength: 4096 },
            examples: [['chroma', 'run']],
          },
          ready: {
            title: 'Readiness',
            description:
              'How one finds out that it can be used: by an address that answers, a port that is open, or a file that is there.',
            type: 'object',
            maxProperties: 2,
            additionalProperties: false,
            properties: {
              http: {
                ...text('Address', 'Answers with a status below 400.'),
                pattern: '^http://(?:127\\.0\\.0\\.1|localhost)(?::|/|$)',
                patternErrorMessage: 'must be an address of this machine: `http://127.0.0.1:PORT/…`',
              },
              port: { title: 'Port', description: 'Accepts connections.', type: 'integer', minimum: 1, maximum: 65535 },
              file: { title: 'File', description: 'Is there, below the working directory.', ...relativePath },
              timeout,
            },
          },
          variables: part.variables,
          directory: {
            title: 'Directory',
            description: 'Where it works, below the data of the workspace.',
            ...relativePath,
          },
        },
      },
      examples: [{ server: { command: ['chroma', 'run'], ready: { port: 8000 } } }],
    },
    on: {
      title: 'On systems',
      description: 'What it needs and gives in addition on one system.',
      type: ['object', 'null'],
      additionalProperties: false,
      properties: Object.fromEntries(SYSTEMS.map((system) => [system, { $ref: '#/$defs/part' }])),
    },
    metadata: {
      title: 'Metadata',
      description: 'For other programs; Tenon keeps it and never looks inside.',
      type: ['object', 'null'],
      propertyNames: { pattern: '^(?!__proto__$)', patternErrorMessage: 'cannot be a key' },
    },
  },
  $defs: {
    ...environmentSchema.$defs,
    requirement: dependencies.items,
    part: { title: 'On a system', type: 'object', additionalProperties: false, properties: part },
  },
} as const satisfies JsonObject
