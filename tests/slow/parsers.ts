import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { decodeBlueprint, decodeCustomizations } from '../../src/formats/blueprint/decode'
import { readDocument } from '../../src/formats/blueprint/document'
import { readInstallConfig } from '../../src/rules/bootc/install-config'
import { readKargs } from '../../src/rules/bootc/kargs'
import { readOsInfo } from '../../src/rules/image-builder/osinfo'
import { undeclaredNames } from '../../src/rules/bootc/lint/sysusers'
import { buildTree, treeReader } from '../../src/rules/bootc/testing/trees'
import type { ContentReader } from '../../src/image/tree/reader'
import { bootEntries } from '../../src/rules/composefs/boot-entries'
import { parseDumpfile } from '../../src/rules/composefs/dumpfile-parse'
import { labelTree } from '../../src/rules/composefs/selinux/label'
import { loadPolicy } from '../../src/rules/composefs/selinux/policy'
import { readSavedFacts } from '../../src/answers/facts/saved-facts'
import { loadKernels } from '../../src/base/hash/testing/load'
import { read } from '../../src/image/layers/testing/layers'
import { parseConfig, parseIndex, parseJson, parseManifest } from '../../src/formats/oci/manifest'
import { parseReference } from '../../src/formats/oci/reference'
import { TARGETS } from '../../src/rules/image-builder/target'
import { decodeDiskYaml } from '../../src/rules/image-builder/disk/disk-yaml'
import { decodeIsoYaml } from '../../src/rules/image-builder/iso-yaml'
import { decodeLink, encodeLink } from '../../src/answers/share/link'
import { DEFAULT_OPTIONS } from '../../src/answers/plan/options'
import type { Directory } from '../../src/image/tree/node'
import { mergeLayers } from '../../src/image/tree/merge'
import { createHashBanks } from '../../src/formats/uki/testing/hash-banks'
import { initrdModulesSink } from '../../src/formats/uki/initrd'
import { readSignedData } from '../../src/formats/uki/signature/pkcs7'
import { verifySignatures } from '../../src/formats/uki/signature/signatures'
import {
  appendCertificates,
  signImageDigest,
  unsignedUki,
} from '../../src/formats/uki/testing/signed-file'
import { scanUki } from '../../src/formats/uki/uki-sink'
import { paxRecord } from '../../src/image/layers/testing/layers'
import { tarChunks } from './tar-writer'

export interface Parser {
  name: string
  sample: Uint8Array
  read(bytes: Uint8Array): unknown
  /** Inputs of each kind; fewer for what is slow. */
  rounds?: number
  /** Length of the longest inputs, where they unpack to a multiple. */
  longest?: number
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const byteString = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const jsonOf = (bytes: Uint8Array) => parseJson(bytes, 'the sample')

/** What the built command line says of a sample. */
function savedFacts(): Uint8Array {
  const tool = ['dist/cli/sealscope.js', 'inspect', 'sample:sealed', '--json']
  return new Uint8Array(execFileSync(process.execPath, tool))
}

const TAR = new Uint8Array(
  Buffer.concat([
    ...tarChunks([
      { path: 'usr', type: '5' },
      { path: 'usr/a', content: Buffer.from('hello'), pax: paxRecord('mtime', '5.5') + paxRecord('SCHILY.xattr.user.a', 'b') }, // prettier-ignore
      { path: 'usr/b', type: '1', link: 'usr/a' },
      { path: 'usr/.wh.a' },
    ]),
  ]),
)
/** Raw blocks and a run (RFC 8878 §3.1.1.2). */
const ZSTD = new Uint8Array(
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, ((TAR.length & 31) << 3) & 255, TAR.length >> 5, TAR.length >> 13]), // prettier-ignore
    TAR,
    Buffer.from([0x03 | (4 << 3), 0, 0, 0]),
  ]),
)
const DIGEST = `sha256:${'ab'.repeat(32)}`
const DESCRIPTOR = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: DIGEST, size: 5, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } } // prettier-ignore
const DISK_YAML = 'mount_configuration: none\npartition_table:\n  type: gpt\n  partitions:\n  - size: 1 MiB\n    type: 21686148-6449-6E6F-744E-656564454649\n    bootable: true\n  - size: "2 GiB"\n    payload_type: filesystem\n    payload: &x\n      type: ext4\n      mountpoint: /\n      label: root\n' // prettier-ignore
const ISO_YAML = 'label: "X"\nkernel_args: [quiet, "a=b"]\ngrub2:\n  default: 1\n  timeout: 0x10\n  entries:\n  - name: A\n    linux: /x\n    initrd: /y\n' // prettier-ignore
const OS_RELEASE = 'ID=fedora\nNAME="Fedora Linux"\nVERSION_ID=42\nID_LIKE=\'rhel fedora\'\nPLATFORM_ID=platform:f42 # no\n' // prettier-ignore
const INSTALL = '[install]\nmatch-architectures=["x86_64"]\nkargs=["a", "b=c"]\n[install.filesystem.root]\ntype="xfs"\n[install.ostree]\nbls-append-except-default="x"\n' // prettier-ignore
const FILE_CONTEXTS = '/.*\tsystem_u:object_r:default_t:s0\n/usr(/.*)?\tsystem_u:object_r:usr_t:s0\n/usr/[a-z]+\\.so\t--\tsystem_u:object_r:lib_t:s0\n/dev/.*\t-c\t<<none>>\n' // prettier-ignore
const DUMPFILE = '/ 0 40755 3 0 0 0 1700000000.0 - - -\n/usr 0 40755 2 0 0 0 1700000000.5 - - - user.x=y\\x20z\n/usr/a 3 100644 2 0 0 0 1700000000.0 - abc -\n/usr/b 0 @120000 - - - - 0.0 /usr/a - -\n' // prettier-ignore
const BLUEPRINT = 'name = "web"\n[[customizations.user]]\nname = "core"\ngroups = ["wheel"]\nuid = 1000\n[customizations.disk]\nminsize = "1 GiB"\n[[customizations.disk.partitions]]\ntype = "lvm"\nminsize = 1.5\n[[customizations.files]]\npath = "/etc/x"\ndata = """\ntext"""\n' // prettier-ignore

/** A cpio archive (kernel Documentation/driver-api/early-userspace/buffer-format.rst). */
function cpio(name: string, content: string): Uint8Array {
  const hex = (value: number) => value.toString(16).padStart(8, '0')
  const fields = [1, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
  const head = `070701${fields.map(hex).join('')}${name}\0`
  const pad = (text: string) => text.padEnd(Math.ceil(text.length / 4) * 4, '\0')
  return bytesOf(pad(head) + pad(content))
}

/** Every parser of bytes that others wrote, with a sample that it takes. */
export async function parsers(): Promise<Parser[]> {
  const kernels = await loadKernels()
  const banks = createHashBanks(kernels)
  /** A tree with one file, and its reader. */
  const inTree =
    (path: string, use: (root: Directory, reader: ContentReader) => unknown) =>
    async (bytes: Uint8Array) => {
      const content_base64 = Buffer.from(bytes).toString('base64')
      const tree = buildTree([
        { path: 'usr/lib/x.so', type: 'file', content: '' },
        { path: 'boot/vmlinuz', type: 'file', content: '' },
        { path: 'boot/i', type: 'file', content: '' },
        { path: 'etc/selinux/config', type: 'file', content: 'SELINUXTYPE=t\n' },
        { path, type: 'file', content_base64 },
      ])
      const contents: ContentReader['bytes'] = (leaf) =>
        tree.contents.get(leaf) ?? new Uint8Array(0)
      return use(tree.root, { ...reader, bytes: contents })
    }
  const reader = await treeReader({ root: buildTree([]).root, contents: new Map() })
  const layer = async (bytes: Uint8Array) => {
    const { listing, error } = await read(kernels, bytes)
    if (error !== null) throw error
    mergeLayers([listing])
  }
  const blueprint = (format: 'toml' | 'json') => (bytes: Uint8Array) => {
    const document = readDocument(textOf(bytes), format)
    decodeBlueprint(document)
    decodeCustomizations(document)
  }
  const pe = async (bytes: Uint8Array) => {
    const scan = scanUki(bytes, banks, { initrd: true })
    await verifySignatures(scan)
  }
  const signature = signImageDigest({ kind: 'rsa', digest: 'sha256' }, new Uint8Array(32))
  const link = encodeLink({ source: { kind: 'registry', ref: 'quay.io/a/b:c' }, platform: null, blueprint: { text: BLUEPRINT, format: 'toml' }, options: DEFAULT_OPTIONS }).hash // prettier-ignore
  const label = (root: Directory, { bytes }: ContentReader) =>
    labelTree(root, loadPolicy(root, bytes, 'hybrid'), false)

  return [
    { name: 'tar', sample: TAR, read: layer, rounds: 5000 },
    { name: 'gzip', sample: new Uint8Array(gzipSync(TAR)), read: layer, rounds: 5000 },
    { name: 'zstd', sample: ZSTD, read: layer, rounds: 5000, longest: 4096 },
    { name: 'index', sample: bytesOf(JSON.stringify({ schemaVersion: 2, manifests: [DESCRIPTOR] })), read: (bytes) => parseIndex(jsonOf(bytes)) }, // prettier-ignore
    { name: 'manifest', sample: bytesOf(JSON.stringify({ schemaVersion: 2, config: DESCRIPTOR, layers: [DESCRIPTOR], annotations: { a: 'b' } })), read: (bytes) => parseManifest(jsonOf(bytes), DESCRIPTOR.mediaType) }, // prettier-ignore
    { name: 'config', sample: bytesOf(JSON.stringify({ os: 'linux', architecture: 'amd64', created: '2025-01-01T00:00:00Z', config: { Labels: { a: 'b' } }, rootfs: { type: 'layers', diff_ids: [DIGEST] }, history: [{ created_by: 'x' }] })), read: (bytes) => parseConfig(jsonOf(bytes), 1) }, // prettier-ignore
    { name: 'saved facts', sample: savedFacts(), read: (bytes) => readSavedFacts(jsonOf(bytes), 'f.json') }, // prettier-ignore
    { name: 'blueprint TOML', sample: bytesOf(BLUEPRINT), read: blueprint('toml') },
    { name: 'blueprint JSON', sample: bytesOf('{"name":"x","customizations":{"user":[{"name":"a","key":null}],"disk":{"minsize":"5 GiB","partitions":[{"minsize":1}]}}}'), read: blueprint('json') }, // prettier-ignore
    { name: 'disk.yaml', sample: bytesOf(DISK_YAML), read: (bytes) => decodeDiskYaml(textOf(bytes), 'disk.yaml', TARGETS['79']) }, // prettier-ignore
    { name: 'iso.yaml', sample: bytesOf(ISO_YAML), read: (bytes) => decodeIsoYaml(textOf(bytes), 'iso.yaml') }, // prettier-ignore
    { name: 'os-release', sample: bytesOf(OS_RELEASE), read: inTree('usr/lib/os-release', readOsInfo) }, // prettier-ignore
    { name: 'install configuration', sample: bytesOf(INSTALL), read: inTree('usr/lib/bootc/install/00-x.toml', (root, from) => readInstallConfig(root, from, 'x86_64')) }, // prettier-ignore
    { name: 'kargs.d', sample: bytesOf('kargs = ["a", "b=c"]\nmatch-architectures = ["x86_64"]\n'), read: inTree('usr/lib/bootc/kargs.d/1.toml', (root, from) => readKargs(root, from, 'x86_64')) }, // prettier-ignore
    { name: 'sysusers.d', sample: bytesOf('u a 1:2 "A b" /x /y\ng g -\nm a g\nr - 500-900\n'), read: inTree('usr/lib/sysusers.d/a.conf', undeclaredNames) }, // prettier-ignore
    { name: 'boot entry', sample: bytesOf('title X\nlinux /boot/vmlinuz\ninitrd /boot/i\noptions a b composefs=x\n'), read: inTree('boot/loader/entries/a.conf', (root, { bytes }) => bootEntries(root, bytes, true)) }, // prettier-ignore
    { name: 'file_contexts', sample: bytesOf(FILE_CONTEXTS), read: inTree('etc/selinux/t/contexts/files/file_contexts', label) }, // prettier-ignore
    { name: 'dumpfile', sample: bytesOf(DUMPFILE), read: (bytes) => parseDumpfile(byteString(bytes)) }, // prettier-ignore
    { name: 'reference', sample: bytesOf(`quay.io:5000/a/b_c.d:v1@${DIGEST}`), read: (bytes) => parseReference(textOf(bytes)) }, // prettier-ignore
    { name: 'share link', sample: bytesOf(link), read: (bytes) => decodeLink(textOf(bytes)) },
    { name: 'PE', sample: appendCertificates(unsignedUki(), [signature]), read: pe, rounds: 500 },
    { name: 'PKCS#7', sample: signature, read: (bytes) => readSignedData(bytes) },
    { name: 'initramfs', sample: cpio('usr/lib/dracut/modules.txt', 'bash\nostree\n'), read: (bytes) => { const sink = initrdModulesSink(kernels); sink.push(bytes); return sink.end() } }, // prettier-ignore
  ]
}
