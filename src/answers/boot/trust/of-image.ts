import type { ImageFacts } from '../../../contract/facts'
import type { Directory } from '../../../image/tree/node'
import type { ContentReader } from '../../../image/tree/reader'
import { collectBootFiles } from './boot-files'
import { collectImageKeys } from './image-keys'
import type { SecureBootQuestion } from './secure-boot'

/** The question of the check `secure-boot` for an image that was read. */
export function secureBootQuestion(
  root: Directory,
  reader: ContentReader,
  { kernel, installConfig }: Pick<ImageFacts, 'kernel' | 'installConfig'>,
  given: Pick<SecureBootQuestion, 'trusted' | 'now'>,
): SecureBootQuestion {
  return {
    files: collectBootFiles(root, reader),
    imageKeys: collectImageKeys(root, reader),
    kernel,
    bootloader: installConfig?.bootloader ?? null,
    ...given,
  }
}
