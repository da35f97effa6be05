import { describe, expect, it } from 'vitest'
import { nodeOf } from '../../../formats/blueprint/node'
import type { Instead } from '../../../contract/plan'
import { unitName } from '../unit-name'
import { ImageTree } from '../image-tree'
import { exampleSystem } from '../testing/system'
import { insteadOf } from './instead'

const SEALED = { sealed: true, layout: null, tree: new ImageTree(null), initrdModules: null }

function ways(key: string, value: unknown, context = SEALED): Instead[] {
  const node = nodeOf(value)
  return insteadOf(
    { name: key, key, value: node, index: 0, keys: [], at: -1, known: true },
    context,
  )
}

function text(key: string, value: unknown): string {
  return ways(key, value)
    .map(({ snippet }) => snippet)
    .join('\n')
}

function decoded(snippet: string): string {
  const [, base64 = ''] = /credential\.binary:[\w.-]+=([\w+/=]*)/.exec(snippet) ?? []
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)))
}

describe('what works instead', () => {
  it('declares the user with their own values', () => {
    const user = {
      name: 'core',
      description: 'Core "the" user: 100%',
      uid: 1001,
      gid: 1002,
      home: '/home/core/',
      shell: '/bin/zsh',
      groups: ['wheel'],
      key: 'ssh-ed25519 AAAA 50% me',
      password: '$6$salt$hash',
    }
    const all = text('customizations.user', user)
    expect(all).toContain(
      'u core 1001:1002 "Core \\"the\\" user  100%%" /var/home/core /bin/zsh\nm core wheel',
    )
    expect(all).toContain(
      'f /var/home/core/.ssh/authorized_keys 0600 core 1002 - ssh-ed25519 AAAA 50%% me\\n',
    )
    const password = ways('customizations.user', user).find(({ title }) =>
      title.includes('Password'),
    )
    expect(password?.snippet).toContain('passwd.hashed-password.core')
    expect(decoded(password?.snippet ?? '')).toBe('$6$salt$hash')
    expect(password?.needsReseal).toBe(false)
  })

  it('copies the file as it is, and says that the image must be sealed again', () => {
    const [copy] = ways('customizations.files', {
      path: '/etc/app.conf',
      mode: '640',
      user: 'app',
      data: 'a="$HOME"\n\ttab\n',
    })
    expect(copy?.needsReseal).toBe(true)
    expect(copy?.snippet.split('\n').slice(1)).toEqual([
      'COPY --chmod=0640 --chown=app:root <<"END_OF_FILE" /etc/app.conf',
      'a="$HOME"',
      '\ttab',
      'END_OF_FILE',
    ])
  })

  it.each(['no line break at the end', 'END_OF_FILE\n', 'a\rb\n', '\u0000\n'])(
    'writes %j as base64, because a heredoc would change it',
    (data) => {
      const [copy] = ways('customizations.files', { path: '/etc/app.conf', data })
      const [, base64 = ''] = /printf %s (\S+) \|/.exec(copy?.snippet ?? '') ?? []
      expect(atob(base64)).toBe(data)
    },
  )

  it('makes TOML of kernel arguments', () => {
    expect(text('customizations.kernel.append', 'quiet dyndbg="file a.c +p" x=\\')).toContain(
      'kargs = ["quiet", "dyndbg=\\"file a.c +p\\"", "x=\\\\"]',
    )
  })

  it.each<[string, unknown]>([
    ['packages', { name: 'a\nRUN evil' }],
    ['packages', { name: "a'; evil; '" }],
    ['customizations.services', { enabled: ['x\nRUN evil'] }],
    ['customizations.files', { path: '/etc/x\nRUN evil', data: '' }],
    ['customizations.directories', { path: '/etc/x', mode: '0755', user: 'x\nRUN evil' }],
    ['customizations.filesystem', { mountpoint: '/x\n[Service]\nExecStart=evil' }],
    ['customizations.hostname', 'x\nRUN evil'],
    ['customizations.kernel.append', 'a\n"b\nRUN evil"'],
    ['customizations.user', { name: 'x\nRUN evil' }],
    ['customizations.ignition', { firstboot: { url: 'http://x\nRUN evil' } }],
  ])('lets no value of %s %j begin a line of its own outside quotes', (key, value) => {
    const outside = text(key, value)
      .replace(/<<"END_OF_FILE"[^]*?\nEND_OF_FILE\n?/g, '')
      .replaceAll("'\\''", '')
      .replace(/'[^']*'/g, '')
    expect(outside).not.toMatch(/^(RUN )?evil|^RUN evil|^ExecStart=evil|; evil/m)
  })

  it('runs every script of the first boot, also those without an interpreter', () => {
    const scripts = [
      { type: 'custom', contents: '#!/usr/bin/python3\nprint(1)' },
      { type: 'satellite', command: 'register me' },
    ]
    expect(text('customizations.firstboot', { scripts }).split('\n').slice(1)).toEqual([
      'COPY --chmod=0755 <<"END_OF_FILE" /usr/libexec/site-firstboot-1',
      '#!/usr/bin/python3',
      'print(1)',
      'END_OF_FILE',
      'COPY --chmod=0755 <<"END_OF_FILE" /usr/libexec/site-firstboot-2',
      '#!/bin/sh',
      'register me',
      'END_OF_FILE',
      'COPY --chmod=0644 <<"END_OF_FILE" /usr/lib/systemd/system/site-firstboot.service',
      '[Unit]',
      'ConditionFirstBoot=yes',
      '[Service]',
      'Type=oneshot',
      'ExecStart=/usr/libexec/site-firstboot-1',
      'ExecStart=/usr/libexec/site-firstboot-2',
      '[Install]',
      'WantedBy=multi-user.target',
      'END_OF_FILE',
      'RUN systemctl enable site-firstboot.service',
    ])
  })

  it('escapes paths as systemd does', () => {
    expect(unitName('/var/lib/a-b')).toBe('var-lib-a\\x2db')
    expect(unitName('/.x/ü')).toBe('\\x2ex-\\xc3\\xbc')
    expect(unitName('/')).toBe('-')
  })

  it('needs no new seal for a partition that systemd finds by its type, and never through a link', () => {
    const tree = (...paths: string[]) => new ImageTree(exampleSystem({ paths }))
    const priced = (context: Partial<typeof SEALED>) =>
      ways('customizations.filesystem', { mountpoint: '/srv', minsize: 1 }, { ...SEALED, ...context }).map(({ how }) => how) // prettier-ignore
    expect(priced({ tree: tree('srv/') })).toEqual(['containerfile', 'blueprint'])
    expect(priced({ tree: tree('srv -> var/srv') })).toEqual(['containerfile'])
    expect(priced({})).toEqual(['containerfile'])
  })
})
