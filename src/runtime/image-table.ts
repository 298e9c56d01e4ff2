// Owns the listing of an image server, for the doors.
export { imageTable } from "../images/remote/table.ts";
