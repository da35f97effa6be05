import { encodeLink, type LinkState } from '../../answers/share/link'

/** The address of a long blueprint, packed away from the page; null for one that is too long. */
self.addEventListener('message', ({ data }: MessageEvent<LinkState>) => {
  try {
    self.postMessage(encodeLink(data).hash)
  } catch {
    self.postMessage(null)
  }
})
