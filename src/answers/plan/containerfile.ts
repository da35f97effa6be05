import { plainLine } from '../../base/escape'
import type { Outcome } from '../../contract/plan'

export interface ContainerfileInput {
  outcomes: readonly Outcome[]
  /** The image that the system is built from: its name in the manifest. */
  imgref: string
  /** The image has a UKI, so that it has to be sealed anew. */
  sealed: boolean
}

/**
 * One Containerfile for everything that image-builder loses: of each item the first way that goes into the image, with
 * the item named above it. It can be built again and again: every step writes whole files or sets a state. Null when
 * nothing has to be replaced.
 */
export function containerfileOf({ outcomes, imgref, sealed }: ContainerfileInput): string | null {
  const parts = outcomes.flatMap(partOf)
  if (parts.length === 0) return null
  const lines = [
    '# syntax=docker/dockerfile:1',
    ...(sealed ? SEALED_HEAD : [`FROM ${plainLine(imgref, 500)}`]),
    ...parts.flatMap((part) => ['', ...part]),
    '',
    ...(sealed ? SEALED_TAIL : ['RUN bootc container lint']),
  ]
  return `${lines.join('\n')}\n`
}

/** The parts come before sealing: the digest covers everything but /boot. */
const SEALED_HEAD = [
  '# BASE is the image that was sealed, as it was before its UKI was copied into it.',
  'ARG BASE',
  'FROM ${BASE} AS rootfs',
]

/** Source: `bootc container ukify`, which reads a root file system that is mounted. */
const SEALED_TAIL = [
  '# Everything after this point is sealing: add nothing below that is outside of /boot.',
  'FROM rootfs AS sealing',
  'RUN --mount=type=bind,from=rootfs,target=/run/target \\',
  '    mkdir -p /out/boot/EFI/Linux && \\',
  '    version=$(ls /run/target/usr/lib/modules) && \\',
  '    bootc container ukify --rootfs /run/target -- --output "/out/boot/EFI/Linux/$version.efi"',
  '# with keys for Secure Boot: … -- --signtool sbsign --secureboot-private-key … --secureboot-certificate …',
  '',
  'FROM rootfs',
  'COPY --from=sealing /out/boot /boot',
]

function partOf({ item, title, instead, inImage }: Outcome): string[][] {
  const way = instead.find(({ how }) => how === 'containerfile')
  if (way === undefined || inImage !== null) return []
  const steps = way.snippet.split('\n').filter((line, index) => index > 0 || !line.startsWith('# in the Containerfile')) // prettier-ignore
  return [[`# ${plainLine(item, 200)}: ${plainLine(title, 200)}`, ...steps]]
}
