// A file that could be a hard link of one that is there becomes one only if it is the same.

import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { directory, file, link, name, openStore } from '../../support/store.ts'

test('S-5.5 a twin of the same size, mode and time, but with other bytes, is not shared, and what was damaged does not spread', async () => {
  const store = await openStore()
  const first = store.locate(
    store.addTree(name('first'), directory({ f: file('1234'), x: file('1234', true), l: link('f') })).path,
  )
  const inode = (path: string) => statSync(path).ino
  const second = store.locate(
    store.addTree(
      name('second'),
      directory({
        same: { ...file('1234'), twin: `${first}/f` },
        other: { ...file('abcd'), twin: `${first}/f` },
        executable: { ...file('1234', true), twin: `${first}/f` },
        link: { ...link('same'), twin: `${first}/l` },
      }),
    ).path,
  )
  expect(inode(`${second}/same`)).toBe(inode(`${first}/f`))
  for (const [entry, text] of [
    ['other', 'abcd'],
    ['executable', '1234'],
  ]) {
    expect(readFileSync(`${second}/${entry}`, 'utf8')).toBe(text)
    expect(inode(`${second}/${entry}`)).not.toBe(inode(`${first}/f`))
  }
  expect(statSync(`${second}/executable`).mode & 0o777).toBe(0o555)
  expect(readlinkSync(`${second}/link`)).toBe('same')
})

test('S-5.5 of a symlink only where it leads decides whether it is shared', async () => {
  const store = await openStore()
  const tree = directory({ a: link('f'), b: link('f'), f: file('1234'), g: file('link') })
  const first = store.locate(store.addTree(name('first'), tree).path)
  store.host.setTime(`${first}/a`, 2)
  const links = { a: link('f'), b: link('g'), g: link('f'), none: link('f') }
  const twins = Object.entries(links).map(([entry, node]) => [entry, { ...node, twin: `${first}/${entry}` }] as const)
  const second = store.locate(
    store.addTree(name('second'), directory({ f: file('5678'), ...Object.fromEntries(twins) })).path,
  )
  const inodeOf = (path: string) => lstatSync(path).ino
  expect(inodeOf(`${second}/a`)).toBe(inodeOf(`${first}/a`))
  for (const [entry, { target }] of Object.entries(links)) {
    expect(readlinkSync(`${second}/${entry}`)).toBe(target)
    if (entry !== 'a' && entry !== 'none') expect(inodeOf(`${second}/${entry}`)).not.toBe(inodeOf(`${first}/${entry}`))
  }
})
