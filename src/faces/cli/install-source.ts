import { SealscopeError } from '../../base/error'
import type { ImageFacts } from '../../contract/facts'
import { INSTALL_CAPTURE, InstallReading } from '../../answers/facts/install-reading'
import { CAPTURE, factsNeeds } from '../../answers/facts/needs'
import { firstUnread } from '../../answers/facts/unread'
import { defaultImgref } from '../../answers/plan/frame'
import { parsePlatform, type OpenedImage } from '../../formats/oci/image'
import { ImageSession } from '../../image/session/image-session'
import { loadBundledKernels } from '../../hosts/node/fast'
import { openSource } from '../../hosts/node/source'
import type { Arguments } from './arguments'

export interface InstallSource {
  reading: InstallReading
  source: ImageFacts['source']
  /** As podman would name it. */
  containerName: string
}

/** Opens and reads a SOURCE whose installation is asked for; it must be an image with layers. */
export async function openInstallSource(args: Arguments, word: string): Promise<InstallSource> {
  const platform = args.text('platform')
  const opened = await openSource(word, platform === null ? null : parsePlatform(platform))
  if (opened.kind !== 'image') {
    throw new SealscopeError({
      kind: 'usage',
      code: 'install-source',
      what: `an installation of ${word}`,
      expected: 'an image with layers',
    })
  }
  const { source } = opened
  const reading = await readForInstall(opened.image)
  return { reading, source, containerName: defaultImgref({ source }) }
}

/** Reads an image once for facts and installation; what could not be read whole has no answer. */
export async function readForInstall(image: OpenedImage): Promise<InstallReading> {
  const kernels = await loadBundledKernels()
  const session = await ImageSession.open(image, {
    kernels,
    verity: ['sha512'],
    quick: false,
    capture: [...CAPTURE, ...INSTALL_CAPTURE],
  })
  const unread = firstUnread(session.unread)
  if (unread !== null) throw unread
  await session.provide(factsNeeds)
  return new InstallReading(session, kernels)
}
