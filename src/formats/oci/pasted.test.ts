import { describe, expect, it } from 'vitest'
import { pastedReference } from './pasted'
import { parseReference } from './reference'

describe('what people paste', () => {
  it.each([
    ['quay.io/fedora/fedora-bootc:43', 'quay.io/fedora/fedora-bootc:43'],
    ['  "quay.io/a/b"  ', 'quay.io/a/b'],
    ['docker pull fedora:43', 'fedora:43'],
    ['sudo podman pull --platform linux/arm64 quay.io/a/b:1', 'quay.io/a/b:1'],
    ['FROM quay.io/a/b:1 AS base', 'quay.io/a/b:1'],
    ['FROM --platform=linux/amd64 quay.io/a/b', 'quay.io/a/b'],
    ['bootc switch --transport registry quay.io/a/b', 'quay.io/a/b'],
    ['registry:quay.io/a/b', 'quay.io/a/b'],
    ['ostree-image-signed:docker://ghcr.io/x/y:latest', 'ghcr.io/x/y:latest'],
    ['ostree-unverified-registry:ghcr.io/x/y', 'ghcr.io/x/y'],
    ['ostree-remote-image:fedora:registry:quay.io/a/b', 'quay.io/a/b'],
    ['ostree-remote-registry:fedora:quay.io/a/b', 'quay.io/a/b'],
    ['https://quay.io/repository/x/y', 'quay.io/x/y'],
    ['https://quay.io/repository/x/y?tab=tags&tag=1.2', 'quay.io/x/y:1.2'],
    ['https://quay.io/repository/x/y/manifest/sha256:abc', 'quay.io/x/y@sha256:abc'],
    ['https://hub.docker.com/_/fedora', 'docker.io/library/fedora'],
    ['https://hub.docker.com/r/bitnami/redis/tags', 'docker.io/bitnami/redis'],
    ['https://github.com/ublue-os/bazzite/pkgs/container/bazzite', 'ghcr.io/ublue-os/bazzite'],
    ['https://github.com/orgs/Ublue-OS/packages/container/package/a%2Fb', 'ghcr.io/ublue-os/a/b'],
    ['https://ghcr.io/x/y:1', 'ghcr.io/x/y:1'],
    ['localhost:5000/x', 'localhost:5000/x'],
    ['docker://localhost/x', 'localhost/x'],
  ])('%s', (from, to) => {
    expect(pastedReference(from)).toBe(to)
  })

  it.each([
    ['localhost/foo:latest', 'podman save --format oci-archive -o image.tar localhost/foo:latest'],
    [
      'containers-storage:localhost/foo',
      'podman save --format oci-archive -o image.tar localhost/foo',
    ],
    ['ostree-unverified-image:containers-storage:localhost/foo', 'podman save'],
    ['docker-daemon:foo:1', 'docker save -o image.tar foo:1'],
  ])('%s is in a store, and the command that exports it is named', (text, command) => {
    expect(() => pastedReference(text)).toThrow(command)
  })

  it('names the spelling that a registry takes', () => {
    expect(() => parseReference('ghcr.io/Org/Name:X')).toThrow('ghcr.io/org/name:X')
  })

  it('is linear and leaves oddities to the grammar', () => {
    const long = 'ostree-image-signed:'.repeat(20_000)
    expect(pastedReference(long).length).toBeGreaterThan(0)
  })
})
