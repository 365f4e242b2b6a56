#!/usr/bin/env node
// greet [NAME] [--language LANGUAGE | --all]: greets with the phrases that the environment has; without a name those that a package names.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import colors from 'picocolors'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { language: { type: 'string' }, all: { type: 'boolean' } },
})
const directory = join(process.env.TENON_ROOT ?? '', 'share', 'phrases')
const files = readdirSync(directory).sort()
const phrases = Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8'))))
const language = values.language ?? process.env.GREETER_LANGUAGE ?? 'en'
const languages = values.all ? Object.keys(phrases) : [language]
const names = positionals.length > 0 ? positionals : namesOf(process.env.GREETING_NAMES)
for (const [index, key] of languages.entries()) {
  if (!Object.hasOwn(phrases, key)) {
    console.error(`no phrases for ${key}; there are ${Object.keys(phrases).join(', ')}`)
    process.exit(1)
  }
  console.log(`${colors.green(phrases[key])}, ${names[index % names.length]}!`)
}

/** Of a file that another package names; it need not be there. */
function namesOf(path) {
  return path === undefined ? ['world'] : readFileSync(path, 'utf8').trim().split('\n')
}
