import type { ImageFacts } from '../../../contract/facts'

const DIGEST = 'f'.repeat(16) + '0'.repeat(48)

/** Facts of an image that image-builder takes; for tests of this room. */
export function exampleFacts(changes: Partial<ImageFacts> = {}): ImageFacts {
  return {
    schema: 'sealscope.facts/1',
    source: { kind: 'registry', ref: 'example.org/os/bootc:1' },
    image: {
      manifestDigest: `sha256:${DIGEST}`,
      indexDigest: null,
      configDigest: `sha256:${'c'.repeat(64)}`,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      platform: { os: 'linux', architecture: 'amd64', variant: null },
      platforms: [{ os: 'linux', architecture: 'amd64', variant: null }],
      labels: {},
      annotations: {},
      storageSize: 3_000_000_000,
      layers: [],
    },
    os: {
      id: 'fedora',
      versionId: '43',
      name: 'Fedora Linux',
      prettyName: null,
      variantId: null,
      platformId: 'platform:f43',
      idLike: [],
    },
    arch: 'x86_64',
    kernel: { version: '6.17.1', unified: false, path: 'usr/lib/modules/6.17.1/vmlinuz' },
    errors: { kernel: null, kargs: null, installConfig: null, import: null },
    kargs: ['quiet'],
    installConfig: { filesystemRootType: 'ext4', bootloader: null, raw: {} },
    initrdModules: ['ostree'],
    uefiVendor: 'fedora',
    selinuxPolicy: 'targeted',
    builder: {
      abootImage: false,
      kernelVersion: '6.17.1',
      embeddedCustomizations: null,
      embeddedConfig: null,
      diskYaml: null,
      isoYaml: null,
      errors: [],
    },
    system: null,
    installation: null,
    secureBoot: null,
    structure: null,
    bootcInImage: null,
    packages: null,
    ukis: [],
    addons: [],
    bootFiles: [],
    enrolmentKeys: [],
    seal: {
      verdict: 'SPLIT_KERNEL',
      claimed: [],
      modifiers: [],
      proof: null,
      annotations: [],
      artifacts: null,
    },
    findings: [],
    evidence: { bytesRead: 1, complete: true, verified: true, unread: [], reads: [] },
    ...changes,
  }
}

/** The same image with a UKI. */
export function sealedFacts(cmdline: string, changes: Partial<ImageFacts> = {}): ImageFacts {
  const uki: ImageFacts['ukis'][number] = {
    path: 'boot/EFI/Linux/6.17.1.efi',
    layer: 0,
    size: 1,
    sha256: null,
    machine: 'x86_64',
    stub: null,
    class: 'uki',
    header: null,
    kernelVersion: null,
    kernel: null,
    initrd: null,
    ucode: null,
    splash: null,
    devicetrees: [],
    firmware: [],
    entries: [],
    sections: [],
    cmdline,
    uname: null,
    osrel: null,
    sbat: null,
    profiles: [],
    addons: [],
    signatures: [],
    error: null,
  }
  return exampleFacts({
    kernel: { version: '6.17.1', unified: true, path: uki.path },
    ukis: [uki],
    ...changes,
  })
}
