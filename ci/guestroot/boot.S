/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A boot sector that proves that the firmware reads and writes the disk that it came from: it reads
 * sector 1, which must begin with "AOE!", writes it to sector 2, and leaves qemu through its port
 * for that: exit status 33 where all was well, else 35. */
        .code16
        .globl  _start
_start: ljmp    $0, $begin
begin:  xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %ss
        mov     $0x7C00, %sp
        mov     %dl, drive
        mov     $0x42, %ah
        call    transfer
        cmpl    $0x21454F41, 0x8000
        jne     wrong
        movl    $2, packet + 8
        mov     $0x43, %ah
        call    transfer
        mov     $0x10, %al
        jmp     leave
wrong:  mov     $0x11, %al
leave:  out     %al, $0xF4
stop:   hlt
        jmp     stop

/* Extended read or write of what the packet says. */
transfer:
        xor     %al, %al
        mov     drive, %dl
        mov     $packet, %si
        int     $0x13
        jc      wrong
        ret

drive:  .byte   0
        .balign 4
packet: .byte   16, 0
        .word   1, 0x8000, 0
        .quad   1
        .org    510
        .word   0xAA55
