/** The banks of a TPM and the digests Authenticode knows. */
export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** Lower-case hex by digest; those that were not asked for are absent. */
export type HexDigests = Partial<Record<DigestName, string>>

/**
 * What one streaming pass over an .efi file yields. Structured-cloneable, and all later questions
 * (record, signatures, PCR values, findings) are answered from it alone.
 */
export interface UkiScan {
  size: number
  /** Of the whole file; null when reading was stopped once the command line was known. */
  sha256: string | null
  /** Null when the file is no PE file; `error` then says why. */
  header: PeHeader | null
  /** The section table in file order, as far as it lies in the file. */
  sections: ScannedSection[]
  /** Data directory 4; null when absent or empty. */
  certificateTable: CertificateTable | null
  /** Authenticode digests of the file; empty when the headers do not allow one. */
  authenticode: HexDigests
  /** `#### LoaderInfo: systemd-stub 257.13 ####`. */
  marker: LoaderMarker | null
  warnings: ScanWarning[]
  /** What composefs-rs, and so bootc, reads from the same bytes. */
  bootc: BootcReading
  /** Why the file could not be read as a PE file, else null. */
  error: string | null
}

/** PE/COFF §3: the fields an inspector needs. */
export interface PeHeader {
  /** e_lfanew. */
  offset: number
  machine: number
  timeDateStamp: number
  /** Sections the header promises; the table may be cut. */
  numberOfSections: number
  /** File offset of the section table. */
  sectionTable: number
  sizeOfOptionalHeader: number
  characteristics: number
  symbolTable: number
  numberOfSymbols: number
  /** 0x10b PE32, 0x20b PE32+, anything else is neither. */
  magic: number
  entryPoint: number
  /** Decimal, since PE32+ holds 64 bits. */
  imageBase: string
  sectionAlignment: number
  fileAlignment: number
  imageVersion: [number, number]
  sizeOfImage: number
  sizeOfHeaders: number
  checkSum: number
  subsystem: number
  dllCharacteristics: number
  numberOfDirectories: number
  /** File offset of the data directories. */
  directories: number
  /** Data directory 4 as written: file offset and size; null when there are fewer than five. */
  certificates: [number, number] | null
  /** MZ, e_lfanew >= 64, PE magic and an optional header of the right length: what systemd asks for. */
  strict: boolean
}

export interface ScannedSection {
  /** Up to the first NUL; bytes that are no ASCII as latin1. */
  name: string
  /** For a name like `/4`, what the COFF string table says; else null. */
  longName: string | null
  /** The eight bytes of the header as latin1, which is what composefs-rs and systemd compare. */
  rawName: string
  virtualSize: number
  virtualAddress: number
  rawSize: number
  rawOffset: number
  /** Whether the raw data reach behind the end of the file. */
  outside: boolean
  characteristics: number
  /**
   * Digests over VirtualSize bytes: the raw data, cut or filled with zeros (what memory holds and
   * the stub measures). Null when the raw data is not wholly in the file or would be absurdly long.
   */
  digests: HexDigests | null
  /** The first min(VirtualSize, SizeOfRawData) bytes of a text section, if within the cap. */
  text: Uint8Array | null
  /** How many bytes behind VirtualSize reach up to the last one that is not zero; null: not read. */
  trailing: number | null
  /** What the content of `.linux` says of itself. */
  kernel: KernelImage | null
  /** The first bytes of a section that is no text but is looked into (device trees, pictures, keys). */
  head: Uint8Array | null
  /** `.linux` as the PE file it is: its own signatures and digests. */
  image: UkiScan | null
  /** What `.initrd` or `.ucode` holds, when asked for. */
  initrd: InitrdListing | null
}

/** An initramfs: its parts in order, zero bytes between them left out. */
export interface InitrdListing {
  parts: InitrdPart[]
  /** Dracut's list; empty when everything was read and there is none, null when not everything was. */
  modules: string[] | null
  /** Of files, folders and links in all parts, without leading `./`; not all when `namesCut`. */
  names: string[]
  namesCut: boolean
  /** Why the rest could not be read; null when all was. */
  problem: string | null
}

export interface InitrdPart {
  /** Within the section. */
  offset: number
  size: number
  compression: 'none' | 'gzip' | 'zstd' | 'lz4' | 'xz' | 'lzma' | 'bzip2' | 'lzo'
  /** Null for what is not compressed or could not be unpacked. */
  unpackedSize: number | null
  entries: number
  /** It brings early microcode (Documentation/arch/x86/microcode.rst). */
  microcode: boolean
}

export interface KernelImage {
  format: 'bzImage' | 'arm64' | 'riscv' | 'zboot' | 'compressed' | 'other'
  /** `uname -r` from the kernel's own banner; null when it could not be found. */
  version: string | null
  /** The whole version text, as `file` shows it. */
  banner: string | null
  /** How the kernel proper is packed: `gzip`, `zstd22`, …; null when plain or not known. */
  compression: string | null
}

export interface CertificateTable {
  /** A file offset, not an address. */
  offset: number
  size: number
  /** The bytes as far as they lie in the file; null when larger than the cap. */
  bytes: Uint8Array | null
}

export interface LoaderMarker {
  /** `systemd-stub`, `systemd-boot`, `systemd-addon` or a fork's name. */
  product: string
  version: string
}

export interface ScanWarning {
  id: string
  message: string
  section: string | null
}

/**
 * A text section as composefs-rs reads it: VirtualSize bytes from PointerToRawData of the first
 * section of that name, whatever SizeOfRawData says (composefs-boot uki.rs, get_section_buffered).
 * `error` carries what `bootc container inspect` prints behind `error: ` for `.cmdline`.
 */
export type BootcText =
  { kind: 'text'; text: string } | { kind: 'missing' } | { kind: 'error'; error: string }

export interface BootcReading {
  cmdline: BootcText
}
