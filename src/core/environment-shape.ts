// What shape.ts has to know of environment files.

import { environmentSchema } from './environment-schema.ts'
import { validateEnvironment } from './generated/validate-environment.ts'
import type { Form } from './shape.ts'

export const environmentForm: Form = {
  schema: environmentSchema,
  validate: validateEnvironment,
  title: 'An environment file',
  begin: 'Begin with `tenon: 1`, then `packages:`.',
  requirementLists: ['/packages'],
  rules: new Map([
    ['', 'S-2.3'],
    ['packages', 'S-2.5'],
    ['systems', 'S-2.8'],
    ['registries', 'S-2.9'],
    ['keys', 'S-2.17'],
    ['variables', 'S-2.10'],
    ['minimumReleaseAge', 'S-2.21'],
    ['links', 'S-2.11'],
    ['checks', 'S-2.12'],
    ['extends', 'S-2.13'],
  ]),
  requirementRules: { short: 'S-2.4', long: 'S-2.5', path: 'S-2.6' },
}
