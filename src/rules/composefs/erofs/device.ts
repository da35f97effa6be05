import { SealscopeError } from '../../../base/error'

/** Linux' makedev for numbers that fit 32 bits, as EROFS stores them; composefs-rs stops at others. */
export function deviceNumber(device: { major: number; minor: number }): number {
  const { major, minor } = device
  if (major > 0xfff || minor > 0xfffff) {
    throw new SealscopeError({
      code: 'device-number',
      what: 'a device number does not fit 32 bits',
      expected: 'major up to 4095, minor up to 1048575',
      found: `${major}:${minor}`,
    })
  }
  return (((major & 0xfff) << 8) | ((minor & 0xfff00) << 12) | (minor & 0xff)) >>> 0
}
