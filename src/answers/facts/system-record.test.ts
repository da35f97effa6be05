import { describe, expect, it } from 'vitest'
import { buildTree, treeReader, type TreeEntry } from '../../rules/bootc/testing/trees'
import { readSystem } from './system-record'

async function systemOf(entries: readonly TreeEntry[], modules: readonly string[] = []) {
  const tree = buildTree(entries)
  return readSystem(tree.root, await treeReader(tree), modules)
}

const file = (path: string, content = ''): TreeEntry => ({ path, type: 'file', content })
const link = (path: string, target: string): TreeEntry => ({ path, type: 'symlink', target })

describe('what plans ask of a tree', () => {
  it('knows accounts and how they log in, without their secrets', async () => {
    const system = await systemOf([
      file(
        'etc/passwd',
        'root:x:0:0:root:/root:/bin/bash\nop:x:1000:1000::/home/op:/bin/bash\nbroken\n',
      ),
      file('etc/shadow', 'root:!locked:::\nop:$6$salt$hash:19000::::::\n'),
      file('etc/group', 'root:x:0:\nwheel:x:10:op\n'),
      file('usr/lib/group', 'audio:x:63:\nwheel:x:99:\n'),
      file(
        'usr/lib/sysusers.d/a.conf',
        '# c\nu app 900:901 "App, really" /var/lib/app /bin/bash\ng docker -\nm app docker\n',
      ),
      file(
        'usr/lib/tmpfiles.d/keys.conf',
        'f /root/.ssh/authorized_keys 0600 root root - ssh-ed25519\\x20AAAA\n',
      ),
    ])
    expect(system.users.map(({ name, login, from }) => [name, login, from])).toEqual([
      ['root', ['ssh-key'], 'etc/passwd'],
      ['op', ['password'], 'etc/passwd'],
      ['app', [], 'usr/lib/sysusers.d/a.conf'],
    ])
    expect(system.users[2]).toMatchObject({ uid: 900, home: '/var/lib/app', shell: '/bin/bash' })
    expect(system.groups.map(({ name, gid, from }) => [name, gid, from])).toEqual([
      ['root', 0, 'etc/group'],
      ['wheel', 10, 'etc/group'],
      ['audio', 63, 'usr/lib/group'],
      ['app', 900, 'usr/lib/sysusers.d/a.conf'],
      ['docker', null, 'usr/lib/sysusers.d/a.conf'],
    ])
    expect(JSON.stringify(system)).not.toContain('$6$')
  })

  it('keeps links, directories, units and zones, and no other files', async () => {
    const system = await systemOf([
      link('home', 'var/home'),
      file('usr/share/doc/x/README'),
      file('usr/share/zoneinfo/Europe/Berlin'),
      file('usr/share/zoneinfo/posix/Europe/Berlin'),
      file('usr/lib/systemd/system/sshd.service'),
      file('usr/bin/dnf5'),
      file('usr/bin/cat'),
      { path: 'etc/a/b/c/d', type: 'dir' },
    ])
    expect(system.complete).toBe(true)
    expect(system.paths).toEqual([
      'etc/',
      'etc/a/',
      'etc/a/b/',
      'etc/a/b/c/',
      'etc/a/b/c/d/',
      'home -> var/home',
      'usr/',
      'usr/bin/',
      'usr/bin/dnf5',
      'usr/lib/',
      'usr/lib/systemd/',
      'usr/lib/systemd/system/sshd.service',
      'usr/share/',
      'usr/share/doc/',
      'usr/share/zoneinfo/',
      'usr/share/zoneinfo/Europe/',
      'usr/share/zoneinfo/Europe/Berlin',
    ])
  })

  it('names what lets somebody in although no account can', async () => {
    const system = await systemOf(
      [
        file('usr/bin/cloud-init'),
        file('usr/lib/credstore/passwd.hashed-password.root', 'x'),
        file(
          'usr/lib/systemd/system/getty@tty1.service.d/a.conf',
          '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root %I\n',
        ),
      ],
      ['ignition'],
    )
    expect(system.loginWays.map(({ id }) => id)).toEqual([
      'cloud-init',
      'ignition',
      'credential',
      'autologin',
    ])
  })

  it('is bounded', async () => {
    const many = Array.from({ length: 30_000 }, (_, index) => file(`etc/f${index}`))
    const { paths, complete } = await systemOf(many)
    expect([paths.length, complete]).toEqual([20_000, false])
  })
})
