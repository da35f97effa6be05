import type { ImageFacts, SystemRecord } from '../../../contract/facts'

/** The tree of an ordinary bootc image in small: links at the top, a few accounts, units and zones. */
export function exampleSystem(
  changes: Partial<SystemRecord> = {},
  paths: readonly string[] = [],
): SystemRecord {
  return {
    users: [
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', login: [], from: 'etc/passwd' }, // prettier-ignore
      { name: 'old', uid: 1000, gid: 1000, home: '/home/old', shell: '/bin/bash', login: [], from: 'etc/passwd' }, // prettier-ignore
    ],
    groups: [
      { name: 'root', gid: 0, from: 'etc/group' },
      { name: 'wheel', gid: 10, from: 'etc/group' },
      { name: 'audio', gid: 63, from: 'usr/lib/group' },
      { name: 'docker', gid: null, from: 'usr/lib/sysusers.d/docker.conf' },
    ],
    loginWays: [],
    paths: [...PATHS, ...paths].sort(),
    complete: true,
    ...changes,
  }
}

const PATHS = [
  'bin -> usr/bin',
  'boot/',
  'etc/',
  'etc/hosts',
  'etc/ssh/',
  'etc/systemd/',
  'etc/systemd/system/',
  'etc/systemd/system/masked.service -> /dev/null',
  'home -> var/home',
  'opt -> var/opt',
  'root -> var/roothome',
  'srv -> var/srv',
  'usr/',
  'usr/bin/',
  'usr/bin/bash',
  'usr/lib/',
  'usr/lib/firewalld/services/ssh.xml',
  'usr/lib/kbd/keymaps/xkb/us.map.gz',
  'usr/lib/locale/C.utf8/',
  'usr/lib/locale/en_US.utf8/',
  'usr/lib/systemd/',
  'usr/lib/systemd/system/firewalld.service',
  'usr/lib/systemd/system/getty@.service',
  'usr/lib/systemd/system/sshd.service',
  'usr/share/zoneinfo/',
  'usr/share/zoneinfo/Europe/',
  'usr/share/zoneinfo/Europe/Berlin',
  'var/',
  'var/roothome/',
]

export function withSystem(facts: ImageFacts, system: SystemRecord = exampleSystem()): ImageFacts {
  return { ...facts, system }
}
