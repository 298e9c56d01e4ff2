// Owns what qemu-img does with an image of qemu that a container lies in.
import type { Op } from "../../isa/op.ts";
import type { Origin } from "../../model/origin.ts";
import { toolOp } from "./tool.ts";

/** A whole copy: what the image lies above comes into it. The format is said, as qemu would guess wrong of what a container has written. It refuses one that somebody writes to. */
export const convertImage = (image: string, to: string, { format, from }: { readonly format: string; readonly from: Origin }): Op => toolOp(["qemu-img", "convert", "-f", format, "-O", format, image, to], from);
/** Fails, and says so, while somebody writes to it. */
export const unusedImage = (image: string, format: string, from: Origin): Op => toolOp(["qemu-img", "info", "-f", format, image], from);
