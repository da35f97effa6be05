import { parseReference } from '../../../formats/oci/reference'
import { openRegistryImage } from '../../../image/registry/client'
import { createProxiedFetch } from '../../../image/registry/proxied'

/** The digest of the manifest that a reference has now, for the usual platform. Reads no layer. */
export async function digestOfReference(reference: string, base: string): Promise<string> {
  const proxied = createProxiedFetch(base, (input, init) => fetch(input, init))
  const image = await openRegistryImage(parseReference(reference), null, proxied)
  return image.indexDigest ?? image.manifest.digest
}
