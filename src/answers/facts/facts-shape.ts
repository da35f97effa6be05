/** What a field must be: a kind (`?` allows null and absence), the fields of an object, or a list of such. */
export type Shape =
  Kind | `${Kind}?` | { readonly [field: string]: Shape } | readonly [Shape] | Optional

export interface Optional {
  readonly orNull: Shape
}

/** `count`: a whole number, not negative, that a number of JavaScript holds exactly. */
export type Kind = 'string' | 'number' | 'boolean' | 'count' | 'verdict' | 'severity' | 'evidence'

const PLATFORM: Shape = { os: 'string', architecture: 'string', variant: 'string?' }
const UKI: Shape = {
  path: 'string',
  size: 'count',
  layer: 'count?',
  machine: 'string?',
  stub: 'string?',
  uname: 'string?',
  cmdline: 'string?',
  osrel: 'string?',
  sections: [
    {
      name: 'string',
      virtualSize: 'number',
      virtualAddress: 'number',
      rawSize: 'number',
      rawOffset: 'number',
      sha256: 'string?',
    },
  ],
  sbat: { orNull: [['string']] },
  profiles: [{ id: 'string?', title: 'string?', cmdline: 'string?' }],
  addons: [{ path: 'string', cmdline: 'string?' }],
  signatures: [{ signer: 'string?', issuer: 'string?' }],
  error: 'string?',
  kernelVersion: 'string?',
  initrd: { orNull: { parts: [{ compression: 'string', size: 'count' }], modules: { orNull: ['string'] }, composefs: { orNull: ['string'] }, entries: 'count', problem: 'string?' } }, // prettier-ignore
}
const PROOF: Shape = {
  holds: 'boolean?',
  matches: ['string'],
  candidates: [{ id: 'string', digest: 'string?', error: 'string?' }],
  accepts: [
    {
      bootc: 'string',
      repository: 'string',
      accepts: 'boolean',
      why: 'string',
      inferred: 'string?',
    },
  ],
  importError: 'string?',
  causes: [
    {
      id: 'string',
      evidence: 'evidence',
      proved: 'boolean',
      message: 'string',
      paths: ['string'],
      count: 'number',
      layer: 'count?',
      fix: 'string',
    },
  ],
}
const ANNOTATION: Shape = {
  where: 'string',
  key: 'string',
  value: 'string',
  digest: 'string?',
  matches: 'string?',
}
/** The fields of `sealscope.facts/1` that are computed with or shown. */
export const FACTS: Shape = {
  source: { kind: 'string', ref: 'string' },
  image: {
    orNull: {
      manifestDigest: 'string',
      indexDigest: 'string?',
      configDigest: 'string',
      platform: PLATFORM,
      platforms: [PLATFORM],
      storageSize: 'count?',
      layers: [
        {
          digest: 'string',
          size: 'count',
          uncompressedSize: 'count?',
          entries: 'count?',
          compression: 'string?',
          createdBy: 'string?',
        },
      ],
    },
  },
  os: { orNull: { id: 'string?', versionId: 'string?', name: 'string?', prettyName: 'string?' } },
  arch: 'string?',
  kernel: { orNull: { version: 'string', unified: 'boolean', path: 'string' } },
  errors: { kernel: 'string?', kargs: 'string?', installConfig: 'string?', import: 'string?' },
  kargs: { orNull: ['string'] },
  installConfig: { orNull: { filesystemRootType: 'string?', bootloader: 'string?' } },
  initrdModules: { orNull: ['string'] },
  uefiVendor: 'string?',
  selinuxPolicy: 'string?',
  builder: {
    orNull: {
      abootImage: 'boolean',
      diskYaml: 'string?',
      isoYaml: 'string?',
      errors: { orNull: ['string'] },
    },
  },
  bootcInImage: { orNull: { version: 'string', from: 'string' } },
  packages: { orNull: { database: 'string', count: 'count' } },
  secureBoot: {
    orNull: {
      id: 'string',
      answer: 'string',
      summary: 'string',
      reasons: [
        { id: 'string', severity: 'severity', message: 'string', upstream: 'string?', path: 'string?', layer: 'count?', fix: 'string?', source: 'string' }, // prettier-ignore
      ],
    },
  },
  installation: {
    orNull: {
      folders: ['string'],
      prepareRoot: { orNull: { path: 'string', problem: 'string?' } },
      setupRootConf: 'boolean',
      bootEntries: { orNull: [{ type: 'string', path: 'string' }] },
      bootEntriesError: 'string?',
      initramfs: 'boolean',
      secureBootKeys: { folders: ['string'], files: ['string'], stray: ['string'] },
      systemdBoot: ['string'],
      bootupd: 'boolean',
      bootupctl: 'string?',
      grubCc: 'string?',
      entryToken: 'boolean',
      osVersion: 'string?',
      selinux: { orNull: { mode: 'string?', type: 'string?', policy: 'boolean' } },
      programs: [{ name: 'string', path: 'string?' }],
      idle: [{ id: 'string', path: 'string', message: 'string', fix: 'string' }],
    },
  },
  system: {
    orNull: {
      users: [
        {
          name: 'string',
          uid: 'number?',
          gid: 'number?',
          home: 'string?',
          shell: 'string?',
          login: ['string'],
          from: 'string',
        },
      ],
      groups: [{ name: 'string', gid: 'number?', from: 'string' }],
      loginWays: [{ id: 'string', path: 'string' }],
      paths: ['string'],
      complete: 'boolean',
    },
  },
  structure: {
    orNull: {
      ukiLayer: 'count?',
      layersAfter: [{ layer: 'count', paths: 'count', outsideBoot: 'count' }],
      removedUkis: [{ path: 'string', layer: 'count', removedBy: 'count' }],
      baseEnd: 'count?',
    },
  },
  ukis: [UKI],
  seal: {
    verdict: { orNull: 'verdict' },
    claimed: [{ form: 'string', digest: 'string', optional: 'boolean' }],
    modifiers: { orNull: ['string'] },
    proof: { orNull: PROOF },
    annotations: { orNull: [ANNOTATION] },
    artifacts: { orNull: [{ digest: 'string', artifactType: 'string?' }] },
  },
  findings: [
    {
      id: 'string',
      severity: 'severity',
      path: 'string?',
      layer: 'count?',
      message: 'string',
      fix: 'string?',
    },
  ],
  evidence: {
    bytesRead: 'number',
    complete: 'boolean',
    verified: 'boolean',
    unread: {
      orNull: [
        { layer: 'count', kind: 'string', code: 'string', message: 'string', bytesRead: 'count', size: 'count' }, // prettier-ignore
      ],
    },
  },
}
