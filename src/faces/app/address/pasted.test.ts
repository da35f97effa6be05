import { expect, it } from 'vitest'
import { readPasted } from './pasted'

it.each([
  ['quay.io/fedora/fedora-bootc:43', 'quay.io/fedora/fedora-bootc:43'],
  [' "quay.io/a/b" ', 'quay.io/a/b'],
  ['FROM quay.io/a/b:1 AS base', 'quay.io/a/b:1'],
  ['FROM --platform=linux/arm64 quay.io/a/b', 'quay.io/a/b'],
  ['podman pull quay.io/a/b:1', 'quay.io/a/b:1'],
  ['sudo bootc switch --transport registry quay.io/a/b', 'quay.io/a/b'],
  ['skopeo copy docker://quay.io/a/b:1 oci:there', 'quay.io/a/b:1'],
  ['docker://quay.io/a/b', 'quay.io/a/b'],
  ['ostree-image-signed:docker://ghcr.io/a/b', 'ghcr.io/a/b'],
  ['ostree-unverified-registry:ghcr.io/a/b:x', 'ghcr.io/a/b:x'],
  ['https://quay.io/repository/fedora/fedora-bootc?tab=tags&tag=43', 'quay.io/fedora/fedora-bootc:43'],
  ['https://hub.docker.com/r/a/b', 'docker.io/a/b'],
  ['https://hub.docker.com/_/debian', 'docker.io/library/debian'],
  ['https://github.com/Ublue-OS/bluefin/pkgs/container/bluefin', 'ghcr.io/ublue-os/bluefin'],
])('%s names %s', (text, ref) => expect(readPasted(text)).toMatchObject({ kind: 'image', ref })) // prettier-ignore

it('knows samples, own links, and what a page cannot open', () => {
  expect(readPasted('sample:classic')).toEqual({ kind: 'sample', name: 'classic' })
  const link = 'https://sealscope.example/#sample=sealed&at=disk'
  expect(readPasted(link)).toEqual({ kind: 'link', hash: '#sample=sealed&at=disk' })
  expect(readPasted('https://sealscope.example/#plan=AA')).toMatchObject({ kind: 'refused' })
  expect(readPasted('oci:folder')).toMatchObject({ kind: 'refused' })
  expect(readPasted('containers-storage:localhost/a')).toMatchObject({ kind: 'refused' })
  expect(readPasted('  ')).toBeNull()
})

it('a short name is told as what it is read', () => {
  expect(readPasted('fedora-bootc')).toMatchObject({
    note: 'Read as docker.io/library/fedora-bootc.',
  })
  expect(readPasted('localhost:5000/a')).toMatchObject({ note: null })
})
