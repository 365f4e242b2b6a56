// Records of objects: what they say counts only for the object that they come to.

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Store } from '../../../src/store/store.ts'
import { directory, file, link, name, openStore } from '../../support/store.ts'

test('S-5.10 a record that is whole, but that of another object, makes nothing valid', async () => {
  const store = await openStore()
  const base = store.addTree(name('x'), file('base')).path
  const one = store.addTree(name('x'), file('one')).path
  const user = store.addTree(name('x'), directory({ to: link(`../${base}`) })).path
  const record = (path: typeof one) => readFileSync(store.layout.infoOf(path), 'utf8')
  const fresh = () => Store.attach(store.root, new NodeHost())
  const [ofOne, ofUser] = [record(one), record(user)]
  for (const text of [record(base), ofUser, ofOne.replace('"references": []', `"references": ["${base}"]`)]) {
    writeFileSync(store.layout.infoOf(one), text)
    expect(fresh().query(one)).toBeNull()
  }
  // One that does not say what the object needs would let the collector take it away.
  writeFileSync(store.layout.infoOf(user), ofUser.replace(`"${base}"`, '').replace(/\[\s*\]/, '[]'))
  expect(fresh().query(user)).toBeNull()
  writeFileSync(store.layout.infoOf(one), ofOne)
  writeFileSync(store.layout.infoOf(user), ofUser)
  expect([one, user].map((path) => fresh().isValid(path))).toEqual([true, true])
})
