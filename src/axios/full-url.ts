import type { AxiosInstanceLike } from './instance.js'
import type { InternalAxiosRequestConfig } from 'axios'

/**
 * The address that this request will go to, as axios itself puts it together: versions differ in what
 * `allowAbsoluteUrls` and odd addresses mean, so that all but the plain case is asked of the instance.
 */
export function fullUrl(instance: AxiosInstanceLike, config: InternalAxiosRequestConfig): string {
  const { baseURL, url, allowAbsoluteUrls } = config
  // Without a double slash nothing can be absolute: every version joins the two with one slash.
  if (baseURL && typeof url === 'string' && !url.includes('//')) return join(baseURL, url)
  try {
    return instance.getUri({
      url: url ?? '',
      ...(baseURL !== undefined && { baseURL }),
      ...(allowAbsoluteUrls !== undefined && { allowAbsoluteUrls }),
    })
  } catch {
    // axios will refuse it with an error of its own; until then it has no origin.
    return ''
  }
}

function join(base: string, path: string): string {
  if (!path) return base
  const start = path.charCodeAt(0) === slash ? path.replace(/^\/+/, '') : path
  return `${base.charCodeAt(base.length - 1) === slash ? base.replace(/\/+$/, '') : base}/${start}`
}

const slash = 47
