/** GPT and DOS partition types in words (UAPI.2; UEFI 2.10 table 5.7). */
const TYPES: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EFI system partition',
  '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
  'bc13c2ff-59e6-4262-a352-b275fd6f7172': 'extended boot loader (XBOOTLDR)',
  '0fc63daf-8483-4772-8e79-3d69d8477de4': 'Linux data',
  '4f68bce3-e8cd-4db1-96e7-fbcaf984b709': 'root, x86-64',
  'b921b045-1df0-41c3-af44-4c6f280d3fae': 'root, ARM64',
  'c31c45e6-3f39-412e-80fb-4809c4980599': 'root, PPC64le',
  '5eead9a9-fe09-4a1e-a1d7-520d00531306': 'root, s390x',
  '72ec70a6-cf74-40e6-bd49-4bda08e8f224': 'root, RISC-V 64',
  '9e1a2d38-c612-4316-aa26-8b49521e5a8b': 'PReP boot',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'Linux LVM',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'swap',
  '4d21b016-b534-45c2-a9fb-5c16e091fd2d': '/var',
  '933ac7e1-2eb4-4f13-b844-0e14e2aef915': '/home',
  '8484680c-9521-48c6-9c11-b0720656f69e': '/usr, x86-64',
  '06': 'FAT16',
  '41': 'PReP boot',
  '82': 'Linux swap',
  '83': 'Linux',
  '8e': 'Linux LVM',
  ef: 'EFI system partition',
}

export function typeInWords(type: string): string {
  return Object.hasOwn(TYPES, type.toLowerCase()) ? (TYPES[type.toLowerCase()] ?? type) : type
}
