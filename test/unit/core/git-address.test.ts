import { describe, expect, test } from 'vitest'
import { parseGitAddress, printGitAddress, resolveBeside } from '../../../src/core/git-address.ts'

describe('an address of what lies in git', () => {
  test('S-2.18 has a repository, a revision and what stands behind `#`', () => {
    const address = parseGitAddress('git+https://example.org/team/base.git?rev=v1.2#dev')
    expect(address).toEqual({
      url: 'https://example.org/team/base.git',
      revision: 'v1.2',
      directory: '',
      fragment: 'dev',
    })
    const inside = parseGitAddress('git+https://example.org/a?rev=main&dir=tools/lint/#dev')
    expect(inside).toMatchObject({ revision: 'main', directory: 'tools/lint', fragment: 'dev' })
    expect(typeof inside === 'string' ? inside : printGitAddress(inside)).toBe(
      'git+https://example.org/a?dir=tools/lint&rev=main#dev',
    )
    expect(parseGitAddress('git+https://example.org/base/')).toMatchObject({ revision: '', fragment: '' })
    expect(parseGitAddress('git+../base.git?rev=main', 'environments')).toMatchObject({ url: './base.git' })
    expect(parseGitAddress('git+../../base.git', 'environments')).toMatchObject({ url: '../base.git' })
  })

  test('S-2.18 goes through text unchanged', () => {
    for (const text of [
      'git+https://example.org/a.git',
      'git+http://127.0.0.1:80/a?rev=main#x/y',
      'git+../a#b',
      'git+../a?dir=x/y&rev=main#b',
      'git+../a?dir=x',
      'git+file:///srv/a.git?rev=b/c',
    ]) {
      const address = parseGitAddress(text)
      expect(typeof address === 'string' ? address : printGitAddress(address)).toBe(text)
    }
  })

  test('S-2.18 what is none says why', () => {
    for (const [text, why] of [
      ['git+example.org/a.git', 'https://'],
      ['git+https://u:p@example.org/a.git', 'password'],
      ['git+https://u@example.org/a.git', 'user name'],
      ['git+https://example.org/a?ref=x', '`rev`'],
      ['git+https://example.org/a?rev=', '`rev`'],
      ['git+https://example.org/a?rev=a&rev=b', 'once'],
      ['git+https://example.org/a?dir=a&dir=b', 'once'],
      ['git+https://example.org/a?dir=../b', 'directory'],
      ['git+https://example.org/a?dir=/b', 'directory'],
      ['git+https://example.org/a?dir=a/.GIT', 'directory'],
      ['git+https://example.org/a?dir=a%2f..%2f..', 'directory'],
      ['git+https://example.org/a?rev=--upload-pack', 'revision'],
      ['git+https://example.org/a?rev=a..b', 'revision'],
      ['git+https://example.org/a b', 'git address'],
      ['git+ftp://example.org/a', 'https://'],
      ['git+https://[', 'git address'],
      ['git+https://example.org:99999999/a', 'git address'],
      ['git+https://example.org/a#../..', 'behind `#`'],
      ['git+https://example.org/a#/etc', 'behind `#`'],
      ['git+https://example.org/a#x/.git/hooks', 'behind `#`'],
      ['git+https://example.org/a#a%2f..', 'behind `#`'],
    ]) {
      expect(parseGitAddress(text ?? '')).toContain(why)
    }
  })

  test('S-13.17 places are resolved as if the files of a repository lay at its address', () => {
    expect(resolveBeside('https://example.org/t/core.git', 'public', '..')).toBe('https://example.org/t/core.git')
    expect(resolveBeside('https://example.org/t/core.git', '', '../x.git')).toBe('https://example.org/t/x.git')
    expect(resolveBeside('../core', 'public', '../../x')).toBe('../x')
    expect(resolveBeside('ssh://git@example.org/t/core.git', '', '../x')).toBe('ssh://git@example.org/t/x')
    expect(resolveBeside('./core', '', '.')).toBe('./core')
  })
})
