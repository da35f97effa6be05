import type { Finding, ImageFacts } from '../../contract/facts'
import { childAt } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import { walk } from '../../image/tree/walk'
import { display } from '../../image/tree/reader'
import { entriesAt } from './entries'
import { finding } from './finding'

/** Private keys that sign UKIs and boot loaders, by the names that sbctl, mokutil and bootc's examples use. */
const SIGNING_KEY = /(^|\/)(db|dbx|KEK|PK|MOK|mok|secureboot|sb)([-_.][\w-]+)*\.(key|priv|pem)$/
/** A machine id with or without its line break (machine-id(5)); `uninitialized` is 13 long. */
const MACHINE_ID_SIZES = [32, 33]

/** Where bootc and image-builder stop, and what should not be in an image that many hosts share. */
export function systemFindings(root: Directory, facts: ImageFacts): Finding[] {
  return [...stops(facts), ...builderFindings(facts), ...programs(root), ...secrets(root)]
}

function stops({ errors }: ImageFacts): Finding[] {
  const found: Finding[] = []
  const add = (id: string, message: string | null, source: string) => {
    if (message !== null) found.push(finding(id, 'error', message, { source }))
  }
  add('kernel-error', errors.kernel, 'bootc crates/lib/src/kernel.rs')
  add('kargs-error', errors.kargs, 'bootc crates/lib/src/bootc_kargs.rs')
  add('install-config-error', errors.installConfig, 'bootc crates/lib/src/install/config.rs')
  return found
}

function builderFindings({ os, builder }: ImageFacts): Finding[] {
  const source = 'image-builder pkg/bib/osinfo/osinfo.go'
  const found = (builder?.errors ?? []).map((message) =>
    finding('image-builder-input', 'warning', message, { source }),
  )
  const missing = [
    ...(os?.id ? [] : ['ID']),
    ...(os?.versionId ? [] : ['VERSION_ID']),
    ...(os?.name ? [] : ['NAME']),
  ]
  if (missing.length > 0) {
    const message = `os-release lacks ${missing.join(', ')}, which image-builder needs`
    found.push(finding('os-release-incomplete', 'warning', message, { path: 'usr/lib/os-release', source })) // prettier-ignore
  }
  return found
}

function programs(root: Directory): Finding[] {
  if (childAt(root, 'usr/bin/bootc') !== undefined) return []
  const message = 'usr/bin/bootc is missing: the image can neither be installed nor update itself'
  return [finding('bootc-missing', 'warning', message, { path: 'usr/bin/bootc', fix: 'install bootc', source: 'bootc docs/src/bootc-images.md' })] // prettier-ignore
}

function secrets(root: Directory): Finding[] {
  const found: Finding[] = []
  const id = childAt(root, 'etc/machine-id')
  if (id?.kind === 'file' && MACHINE_ID_SIZES.includes(id.content.size)) {
    const message = 'etc/machine-id is set: all hosts of this image share one identity'
    found.push(finding('machine-id-set', 'warning', message, { path: 'etc/machine-id', fix: 'empty the file', source: 'machine-id(5)' })) // prettier-ignore
  }
  for (const [name, node] of entriesAt(root, 'etc/ssh')) {
    if (node.kind !== 'file' || !/^ssh_host_.*_key$/.test(name)) continue
    const path = `etc/ssh/${display(name)}`
    const message = `${path} is a private host key: everybody who has the image has it`
    found.push(finding('ssh-host-key', 'warning', message, { path, fix: 'remove it; sshd-keygen makes one at first boot', source: 'sshd(8)' })) // prettier-ignore
  }
  for (const [name, node] of walk(root)) {
    if (node.kind !== 'file' || !SIGNING_KEY.test(name)) continue
    const path = display(name)
    const message = `${path} looks like a private signing key: everybody who has the image could sign UKIs with it`
    found.push(finding('signing-key-in-image', 'warning', message, { path, layer: node.origin.layer, fix: 'hand keys over with `RUN --mount=type=secret`, in another stage', source: 'bootc docs/src/experimental-composefs.md' })) // prettier-ignore
  }
  return found
}
