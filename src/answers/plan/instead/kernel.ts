import type { Node } from '../../../formats/blueprint/node'
import type { Instead } from '../../../contract/plan'
import { shellWord, tomlString } from '../../../base/escape'
import { wordsOf } from '../command-line'
import { textOf, valueAt } from '../values'
import { baked, outside, type WayContext, writeFile } from './ways'

/** Kernel arguments: kargs.d before sealing, or a signed add-on of the UKI beside it. */
export function insteadOfArguments(value: Node, context: WayContext): Instead[] {
  return argumentWays('append', wordsOf(textOf(value) ?? ''), context)
}

/** The console of GRUB as kernel arguments: a sealed image has no GRUB menu to configure. */
export function insteadOfConsole(bootloader: Node, context: WayContext): Instead[] {
  return argumentWays('console', [consoleOf(bootloader)], context)
}

/** The kernel argument of a serial line that GRUB is told to use. */
export function consoleOf(bootloader: Node): string {
  const serial = textOf(valueAt(bootloader, 'grub2', 'serial')) ?? ''
  const speed = /--speed[= ](\d+)/.exec(serial)?.[1]
  const unit = /--unit[= ](\d+)/.exec(serial)?.[1] ?? '0'
  return `console=ttyS${unit}${speed === undefined ? '' : `,${speed}n8`}`
}

/** @param name of the file in kargs.d: each asker has one of its own */
export function argumentWays(
  name: string,
  words: readonly string[],
  context: WayContext,
): Instead[] {
  if (words.length === 0) return []
  const toml = `kargs = [${words.map(tomlString).join(', ')}]\n`
  return [
    baked(
      context.sealed
        ? 'Put the arguments into kargs.d, from where they get into the UKI'
        : 'Put the arguments into kargs.d, from where bootc takes them',
      writeFile(`/usr/lib/bootc/kargs.d/50-${name}.toml`, toml),
      context,
    ),
    ...(context.sealed ? [addon(words)] : []),
  ]
}

/** Only a UKI takes add-ons. */
function addon(words: readonly string[]): Instead {
  return outside('addon', 'A signed add-on for the UKI; the digest does not cover it', [
    `ukify build --cmdline ${shellWord(words.join(' '))} --output site.addon.efi \\`,
    '  --signtool sbsign --secureboot-private-key db.key --secureboot-certificate db.crt',
    '# in the image: /boot/EFI/Linux/<name of the UKI>.efi.extra.d/site.addon.efi',
    '# bootc installs it when asked (bootc install … --uki-addon site), and leaves it out of upgrades',
  ])
}

/** Ignition needs an argument at the first boot only; a sealed command line is the same at every boot. */
export function insteadOfIgnition(ignition: Node, context: WayContext): Instead[] {
  const url = textOf(valueAt(ignition, 'firstboot', 'url')) ?? ''
  const words = [
    'ignition.firstboot',
    ...(url === '' ? [] : [`ignition.config.url=${/\s/.test(url) ? JSON.stringify(url) : url}`]),
  ]
  const { initrdModules } = context
  const has = initrdModules === null || initrdModules.length === 0 || initrdModules.includes('ignition') // prettier-ignore
  if (!has) return []
  return argumentWays('ignition', words, context).map((way) => ({
    ...way,
    title: `${way.title} (Ignition must be in the initramfs, and is then asked at every boot)`,
  }))
}
