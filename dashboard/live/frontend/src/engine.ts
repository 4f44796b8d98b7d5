/** MapLibre, in a file of its own (`mapengine.ts`): five parts in six of what a live page loads, and its words need none
 * of it. */

export { addProtocol, Map, Marker, setWorkerUrl } from "maplibre-gl";
