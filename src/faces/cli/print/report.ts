import { checksOf } from '../../../answers/boot/checks'
import { acceptedBy, computedBy, judgeOf } from '../../../answers/seal/releases'
import type { ImageFacts, LayerRecord, UkiRecord } from '../../../contract/facts'
import { formatPlatform } from '../../../formats/oci/image'
import { shown, type Style } from './style'
import { checkLines } from './verify-text'
import { structureText } from './structure-text'
import { causeLines, countFindings, findingLines, formatSize, headline } from './text'

type Row = readonly [name: string, value: string | null | undefined]

/** The facts as a reviewer reads them in a terminal. */
export function factsText(facts: ImageFacts, style: Style): string {
  const sections = [
    [headline(facts, style)],
    listing(
      'Checks',
      facts.evidence.unread.length > 0 ? [] : checkLines(checksOf(facts), style),
      style,
    ),
    section('Seal', sealRows(facts), style, causeLines(facts.seal.proof?.causes ?? [])),
    section('System', systemRows(facts), style),
    section('Image', imageRows(facts), style),
    ...facts.ukis.map((uki) => section(`UKI ${shown(uki.path, 200)}`, ukiRows(uki), style)),
    listing('Layers', (facts.image?.layers ?? []).map(layerLine), style),
    listing(`Findings: ${countFindings(facts.findings)}`, findingLines(facts.findings, style), style), // prettier-ignore
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function section(title: string, rows: readonly Row[], style: Style, more: string[] = []): string[] {
  const lines = rows.flatMap(([name, value]) =>
    value ? [`  ${style.dim(name.padEnd(13))}${shown(value, 2000)}`] : [],
  )
  return listing(title, [...lines, ...more.map((line) => `  ${line}`)], style)
}

function listing(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : [style.bold(title), ...lines]
}

function sealRows({ seal, errors }: ImageFacts): Row[] {
  const [claimed] = seal.claimed
  const { proof } = seal
  const releases = Object.entries(acceptedBy(claimed, proof?.candidates ?? []))
  const computed = proof && computedBy(judgeOf(null), proof.candidates)?.digest
  const list = (accepts: boolean) => releases.filter(([, each]) => each === accepts).map(([name]) => name).join(', ') // prettier-ignore
  return [
    ['kernel error', errors.kernel],
    ['import error', errors.import],
    ['claimed', claimed && `${claimed.form}=${claimed.optional ? '?' : ''}${claimed.digest}`],
    ['computed', proof?.holds === false ? computed : null],
    ['matches', proof?.matches.join(', ')],
    ['accepted by', proof !== null && claimed ? list(true) : null],
    ['refused by', proof !== null && claimed ? list(false) : null],
    ['besides', seal.modifiers?.join(', ')],
  ]
}

function systemRows(facts: ImageFacts): Row[] {
  const { kernel, errors, installConfig } = facts
  return [
    ['system', facts.os?.prettyName ?? facts.os?.name],
    ['architecture', facts.arch],
    ['kernel', kernel && `${kernel.version}${kernel.unified ? ' (UKI)' : ''}`],
    ['path', kernel?.path],
    ['kargs.d', errors.kargs ?? facts.kargs?.join(' ')],
    ['root fs', errors.installConfig ?? installConfig?.filesystemRootType],
    ['boot loader', installConfig?.bootloader],
    ['SELinux', facts.selinuxPolicy],
    ['UEFI vendor', facts.uefiVendor],
  ]
}

function imageRows({ source, image, evidence, structure }: ImageFacts): Row[] {
  const size = image?.layers.reduce((sum, layer) => sum + layer.size, 0) ?? 0
  const offered = image?.platforms.map(formatPlatform) ?? []
  return [
    ['source', `${source.kind} ${source.ref}`],
    ['manifest', image?.manifestDigest],
    ['platform', image && formatPlatform(image.platform)],
    ['offered', offered.length > 1 ? offered.join(', ') : null],
    [
      'size',
      image &&
        `${formatSize(size)} in ${image.layers.length} layers${image.storageSize === null ? '' : `, ${formatSize(image.storageSize)} unpacked`}`,
    ],
    ['structure', structure && structureText(structure)],
    ['read', `${formatSize(evidence.bytesRead)}${evidence.complete ? '' : ', not everything'}`],
  ]
}

function ukiRows(uki: UkiRecord): Row[] {
  return [
    ['error', uki.error],
    ['kernel', uki.uname],
    ['made with', [uki.stub, uki.machine].filter(Boolean).join(', ')],
    ['size', formatSize(uki.size)],
    ['cmdline', uki.cmdline],
    ['sections', uki.sections.map(({ name }) => name).join(' ')],
    ['profiles', uki.profiles.map(({ id, title }) => id ?? title ?? '?').join(', ')],
    ['add-ons', uki.addons.map(({ path }) => path).join(', ')],
    ['signed by', uki.signatures.map(signatureText).join('; ')],
  ]
}

function signatureText(signature: UkiRecord['signatures'][number]): string {
  const { signer, digestMatches, signatureValid } = signature
  const bad = digestMatches === false || signatureValid === false
  return `${signer ?? 'unknown'}${bad ? ' (does not fit this file)' : ''}`
}

function layerLine(layer: LayerRecord, index: number): string {
  const { digest, size, uncompressedSize, compression, entries, createdBy } = layer
  const cells = [
    String(index).padStart(3),
    digest.replace(/^sha\d+:/, '').slice(0, 12),
    formatSize(size).padStart(10),
    (uncompressedSize === null ? '?' : formatSize(uncompressedSize)).padStart(10),
    (compression ?? '?').padEnd(12),
    `${entries ?? '?'} entries`.padEnd(15),
    shown(createdBy ?? '', 60),
  ]
  return shown(cells.join('  ').trimEnd())
}
