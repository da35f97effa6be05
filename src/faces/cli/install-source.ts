import { SealscopeError } from '../../base/error'
import type { ImageFacts } from '../../contract/facts'
import { INSTALL_CAPTURE, InstallReading } from '../../answers/facts/install-reading'
import { CAPTURE, factsNeeds } from '../../answers/facts/needs'
import { firstUnread } from '../../answers/facts/unread'
import { defaultImgref } from '../../answers/plan/frame'
import type { OpenedImage } from '../../formats/oci/image'
import { loadBundledKernels } from '../../hosts/node/fast'
import { ImageSession } from '../../image/session/image-session'
import type { Arguments } from './arguments'
import { inspectSource, questionOf } from './inspection'

export interface InstallSource {
  reading: InstallReading
  facts: ImageFacts
  /** As podman would name it. */
  containerName: string
}

/** Opens and reads a SOURCE whose installation is asked for; it must be an image with layers. */
export async function openInstallSource(args: Arguments, word: string): Promise<InstallSource> {
  const question = questionOf(args, word, {
    quick: false,
    algorithms: ['sha512'],
    captureAlso: INSTALL_CAPTURE,
  })
  const { facts, session } = await inspectSource(question)
  if (session === null) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'install-source',
      what: `an installation of ${word}`,
      expected: 'an image with layers',
    })
  }
  const reading = new InstallReading(session, await loadBundledKernels())
  return { reading, facts, containerName: defaultImgref(facts) }
}

/** Reads an image for its installation alone; what could not be read whole has no answer. */
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
