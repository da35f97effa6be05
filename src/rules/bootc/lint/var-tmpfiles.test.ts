import { describe, expect, it } from 'vitest'
import { buildTree, treeReader, type TreeEntry } from '../testing/trees'
import { missingTmpfiles, sysusersLines } from './var-tmpfiles'

async function missing(entries: readonly TreeEntry[]) {
  const tree = buildTree(entries)
  return missingTmpfiles(tree.root, await treeReader(tree))
}

const dir = (path: string): TreeEntry => ({ path, type: 'dir' })
const file = (path: string, content = ''): TreeEntry => ({ path, type: 'file', content })

describe('what is in /var and in no tmpfiles.d', () => {
  it('is told as lines of tmpfiles.d, and files apart', async () => {
    const found = await missing([
      dir('var/lib/nginx'),
      { path: 'var/run', type: 'symlink', target: '/run' },
      file('var/log/dnf.log', 'x'),
      file('usr/lib/tmpfiles.d/var.conf', '# comment\nd /var/lib 0755 - - -\nq "/var/log" 0755\n'),
    ])
    expect(found.lines).toHaveLength(2)
    expect(found.lines.join('\n')).toMatch(
      /^L \/run - - - - \/run\nd \/var\/lib\/nginx \d{4} root root - -$/,
    )
    expect(found.unsupported).toEqual(['var/log/dnf.log'])
  })

  it('is found where links on the way lead', async () => {
    const found = await missing([
      dir('var/spool'),
      { path: 'var/alias', type: 'symlink', target: 'spool' },
      dir('var/spool/mail'),
      file('etc/tmpfiles.d/a.conf', 'd /var/alias/mail\nL /var/alias\nd /var/spool\n'),
    ])
    expect(found).toEqual({ lines: [], unsupported: [] })
  })

  it.each([[[]], [[file('var')]], [[dir('var')]]])('is nothing of %j', async (entries) => {
    expect(await missing(entries)).toEqual({ lines: [], unsupported: [] })
  })
})

it('writes the lines that sysusers.d lacks', async () => {
  const tree = buildTree([
    file('etc/passwd', 'nginx:x:996:995:Web "server":/var/lib/nginx:/sbin/nologin\n'),
    file('etc/group', 'nginx:x:995:\nweb:x:1001:\n'),
  ])
  const names = { users: ['nginx'], groups: ['nginx', 'web'] }
  expect(sysusersLines(tree.root, await treeReader(tree), names)).toEqual([
    'u nginx 996:995 "Web server" /var/lib/nginx /sbin/nologin',
    'g web 1001',
  ])
})
