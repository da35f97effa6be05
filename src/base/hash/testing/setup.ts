import { loadDigests } from '../digests'

await loadDigests()
