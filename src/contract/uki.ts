/** What `bootctl kernel-identify` calls a file; `unknown` is no PE file for it. */
export type FileClass = 'uki' | 'addon' | 'pe' | 'unknown'

/** PE/COFF §3.3–3.4 as written in the file; offsets and sizes in bytes. */
export interface PeHeaderRecord {
  /** `0x8664` as a number. */
  machine: number
  /** 0x10b PE32, 0x20b PE32+. */
  magic: number
  /** 10 is an EFI application. */
  subsystem: number
  /** `262.1`; systemd writes its version here. */
  imageVersion: string
  /** Offset of the PE header. */
  lfanew: number
  numberOfSections: number
  sizeOfOptionalHeader: number
  /** Decimal: 64 bits. */
  imageBase: string
  entryPoint: number
  sectionAlignment: number
  fileAlignment: number
  sizeOfImage: number
  sizeOfHeaders: number
  checkSum: number
  characteristics: number
  dllCharacteristics: number
  numberOfDirectories: number
  timeDateStamp: number
  pointerToSymbolTable: number
  numberOfSymbols: number
  /** Data directory 4: file offset and size; null when there are fewer than five. */
  certificateTable: [number, number] | null
}

/** An initramfs, or the early one in `.ucode`: parts in order, zero bytes between them left out. */
export interface InitrdRecord {
  parts: InitrdPartRecord[]
  /** Dracut's modules; empty when there is no list, null when not everything could be read. */
  modules: string[] | null
  /** Programs, units and hooks of bootc or composefs-rs that act on `composefs=`; null where names were cut. */
  composefs: string[] | null
  /** Entries of all parts. */
  entries: number
  /** Why the rest was not read; null when everything was. */
  problem: string | null
}

export interface InitrdPartRecord {
  /** Within the section. */
  offset: number
  size: number
  /** `none` is a plain cpio archive. */
  compression: string
  unpackedSize: number | null
  entries: number
  microcode: boolean
}

/** What the kernel in `.linux` says of itself. */
export interface KernelImageRecord {
  format: 'bzImage' | 'arm64' | 'riscv' | 'zboot' | 'compressed' | 'other'
  version: string | null
  banner: string | null
  compression: string | null
  /** Its own Authenticode signatures, which firmware does not look at within a UKI. */
  signatures: SignatureRecord[]
}

/** An X.509 certificate (RFC 5280). */
export interface CertificateRecord {
  /** RFC 2253. */
  subject: string
  issuer: string
  /** Hex. */
  serial: string
  /** ISO 8601 in UTC, or as written when it is none. */
  notBefore: string
  notAfter: string
  /** SHA-256 over the DER, hex; null where no SHA-256 is at hand (a page without a secure context). */
  sha256: string | null
  /** `RSA-2048`, `EC P-256`; null when not known. */
  key: string | null
}

export interface SignatureRecord {
  signer: string | null
  issuer: string | null
  digestAlgorithm: string | null
  /** The image digest in the signature is that of the file. */
  digestMatches: boolean | null
  /** Made with the key of the certificate that it carries; says nothing of trust. */
  signatureValid: boolean | null
  /** Hex. */
  serial: string | null
  signingTime: string | null
  /** All that are in the signature, in its order. */
  certificates: CertificateRecord[]
  /** Why it cannot be read or is not good; null when nothing is wrong. */
  problem: string | null
}

export interface ProfileRecord {
  id: string | null
  title: string | null
  cmdline: string | null
  /** Key of this profile in `pcr11`. */
  pcr11Key: string
}

/** An entry of the boot menu as `bootctl list` prints it for the file alone in EFI/Linux. */
export interface BootEntryRecord {
  id: string
  title: string
  sortKey: string | null
  version: string | null
  uname: string | null
  options: string | null
  /** Number of the profile. */
  profile: number
}

export interface SplashRecord {
  width: number
  height: number
  bitsPerPixel: number
}

export interface DevicetreeRecord {
  section: '.dtb' | '.dtbauto'
  size: number
  model: string | null
  /** Of the root node, most specific first. */
  compatible: string[]
}

export interface FirmwareRecord {
  /** The name that `.hwids` refers to. */
  id: string | null
  size: number
}

/** One hardware id of `.hwids`. */
export interface HardwareIdRecord {
  kind: 'devicetree' | 'firmware' | 'unknown'
  /** CHID as a GUID. */
  chid: string
  name: string | null
  /** Compatible string of the device tree or id of the firmware. */
  target: string | null
}

/** One entry of a `.pcrsig` section. */
export interface PcrSignatureRecord {
  /** `pcr11` key of the profile whose section it is. */
  profile: string
  bank: string
  /** The signed policy, hex. */
  pol: string | null
  /** Fingerprint of the key by the section, hex. */
  pkfp: string | null
  /** Phase path whose PCR 11 value was signed (`''` right behind the stub); null when none fits. */
  phase: string | null
  /** `.pcrpkey` when the key is the one there; null when it is another or that cannot be said. */
  key: string | null
  /** The signature verifies with the key of `.pcrpkey`; null when that cannot be said. */
  valid: boolean | null
  /** The hash it was made with. */
  hash: string | null
  /** Why no phase fits, proved by reproducing the policy; null when one fits or nothing was found. */
  explanation: PcrExplanation | null
}

export interface PcrExplanation {
  /** Made for another profile; sections left out; ones measured that this stub does not; another order. */
  id: 'other-profile' | 'left-out' | 'not-measured' | 'other-order'
  /** Keys of the profile for `other-profile`, else names of sections. */
  sections: string[]
  /** Phase path that the policy then fits. */
  phase: string
}

/** An add-on for UKIs (UAPI.5 "PE Addons"). */
export interface AddonFactRecord {
  path: string
  layer: number | null
  /** For one UKI (`X.efi.extra.d`), or for all (`loader/addons`, beside the UKIs). */
  scope: 'uki' | 'global'
  cmdline: string | null
  /** Option of `bootc install` that writes it; null when no release does. */
  installedBy: string | null
}

export type BootFileKind = 'shim' | 'systemd-boot' | 'grub' | 'fallback' | 'uki' | 'addon' | 'other'

/** A program for the firmware that the image carries. */
export interface BootFileRecord {
  path: string
  layer: number | null
  kind: BootFileKind
  /** What it is when its kind does not say it: `kernel`, `MokManager`, `fwupd`. */
  product: string | null
  version: string | null
  machine: string | null
  size: number
  sha256: string | null
  /** Digest that signatures are made of. */
  authenticode: string | null
  signatures: SignatureRecord[]
  sbat: string[][] | null
  /** Certificates that shim lets start further files. */
  vendorCertificates: CertificateRecord[]
}

/** One file of `usr/lib/bootc/install/secureboot-keys`, which bootc copies to the ESP. */
export interface EnrolmentKeyRecord {
  path: string
  layer: number | null
  /** The variable it is for: `db`, `dbx`, `KEK`, `PK`, by its name; null for another name. */
  variable: string | null
  certificates: CertificateRecord[]
  /** Digests of images and of certificates in it. */
  digests: number
  /** Why it cannot be read, or what in it; empty when all is well. */
  problems: string[]
}

/** What a file with keys makes of a signed file. */
export interface TrustRecord {
  /** As given. */
  file: string
  certificates: CertificateRecord[]
  /** Digests of images in it. */
  digests: number
  /** Firmware whose db holds it starts the file; null when that cannot be said. The others may disagree. */
  firmware: boolean | null
  /** Why: `certificate-listed`, `image-listed`, `no-anchor`, `signature-bad`, `unsigned`, … */
  reason: string
  /** Subject of the certificate that decides. */
  anchor: string | null
  /** What these tools say with its certificates as anchors. */
  sbverify: boolean | null
  osslsigncode: boolean | null
}
