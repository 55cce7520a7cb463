/// <reference lib="dom" />
/** A QR code as SVG. Drawn here, so that the secret in it crosses the network once and no more. */
import { encode } from 'uqr'

const SVG = 'http://www.w3.org/2000/svg'

/** Dark modules as one path; ISO/IEC 18004 asks for a border of four. */
export function qr(content: string): SVGSVGElement {
  const { data, size } = encode(content, { ecc: 'M', border: 4 })
  const steps = data.flatMap((row, y) => row.flatMap((dark, x) => dark ? [`M${x} ${y}h1v1h-1z`] : []))
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', 'QR code for your authenticator app; the same stands beside it as text')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('fill', 'currentColor')
  path.setAttribute('d', steps.join(''))
  svg.append(path)
  return svg
}
