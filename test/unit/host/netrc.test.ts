import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Credentials, readNetrc } from '../../../src/host/netrc.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { temporaryDirectory } from '../../support/store.ts'

function read(text: string, name = 'example.org'): Credentials | null {
  const home = temporaryDirectory()
  writeFileSync(join(home, '.netrc'), text)
  return readNetrc(new NodeHost(), { HOME: home }, name)
}

test.each([
  ['on one line', 'machine example.org login me password secret'],
  ['on many, in the other order', 'machine example.org\n  password secret\n  login me\n'],
  ['behind other machines', 'machine a.org login x password y\nmachine example.org login me password secret'],
  ['behind a comment', '# machine example.org login x password y\nmachine example.org login me password secret'],
  [
    'behind a macro',
    'macdef init\nmachine example.org login x password y\n\nmachine example.org login me password secret',
  ],
  ['quoted', 'machine example.org login "me" password "secret"'],
  ['as the default', 'machine a.org login x password y\ndefault login me password secret'],
])('S-4.44 credentials are found %s', (_, text) => {
  expect(read(text)).toEqual({ username: 'me', password: 'secret' })
})

test.each([
  ['another host', 'machine example.org.evil.org login me password secret'],
  ['a macro without an end', 'macdef init\nmachine example.org login me password secret\n'],
  ['a login without a password', 'machine example.org login me'],
  ['nothing', ''],
  ['bytes that are no text', '\0\ufffd\0'],
])('S-4.44 none are found in %s', (_, text) => {
  expect(read(text)).toBeNull()
})

test('S-4.44 a file that cannot be read says nothing', () => {
  const host = new NodeHost()
  expect(readNetrc(host, { NETRC: temporaryDirectory() }, 'example.org')).toBeNull()
  expect(readNetrc(host, { NETRC: '/no/such/file' }, 'example.org')).toBeNull()
  expect(readNetrc(host, {}, 'example.org')).toBeNull()
})

test('S-4.44 many macros without an end are passed over in one go', () => {
  expect(read('macdef x\n'.repeat(100_000))).toBeNull()
})
