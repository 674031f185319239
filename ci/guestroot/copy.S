/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first sector of a local disk from which iPXE boots while it serves an AoE disk as drive 0x81: asks
 * that drive for its capacity, writes the answer to sector 1 of the local disk, copies the ranges of its
 * table between the two disks, and leaves qemu through its port for that: exit status 33 where all was
 * well, 35 where a call failed. */
        .equ    LOCAL, 0x80
        .equ    AOE, 0x81
        .equ    AT_ONCE, 64             /* sectors of a call: the buffer is half a segment */
        .equ    BUFFER, 0x1000          /* its segment */
        .equ    CAPACITY, 0x8000        /* where the answer comes */

        .code16
        .globl  _start
_start: ljmp    $0, $begin
begin:  xor     %ax, %ax
        mov     %ax, %ds
        mov     %ax, %ss
        mov     $0x7C00, %sp

        movw    $30, CAPACITY
        mov     $0x48, %ah
        mov     $AOE, %dl
        mov     $CAPACITY, %si
        int     $0x13
        jc      failed
        mov     $0x43, %ah
        mov     $LOCAL, %dl
        mov     $answer, %si
        call    transfer

        mov     $table, %di
next:   cmpl    $0, 4(%di)
        je      done
        call    copy
        add     $24, %di
        jmp     next

done:   mov     $0x10, %al
        jmp     leave
failed: mov     $0x11, %al
leave:  out     %al, $0xF4
stop:   hlt
        jmp     stop

/* Copies what an entry of the table says. Changes the entry. */
copy:   mov     4(%di), %eax
        cmp     $AT_ONCE, %eax
        jbe     part
        mov     $AT_ONCE, %eax
part:   mov     %ax, count
        mov     8(%di), %eax
        mov     12(%di), %edx
        mov     %eax, lba
        mov     %edx, lba + 4
        mov     (%di), %dl
        mov     $0x42, %ah
        mov     $packet, %si
        call    transfer
        mov     16(%di), %eax
        mov     20(%di), %edx
        mov     %eax, lba
        mov     %edx, lba + 4
        mov     1(%di), %dl
        mov     $0x43, %ah
        mov     $packet, %si
        call    transfer
        movzwl  count, %eax
        add     %eax, 8(%di)
        adcl    $0, 12(%di)
        add     %eax, 16(%di)
        adcl    $0, 20(%di)
        sub     %eax, 4(%di)
        jnz     copy
        ret

/* An extended call AH of the drive DL with the packet SI. */
transfer:
        xor     %al, %al
        push    %di
        int     $0x13
        pop     %di
        jc      failed
        ret

        .balign 4
packet: .byte   16, 0
count:  .word   0, 0, BUFFER
lba:    .quad   0
answer: .byte   16, 0
        .word   1, CAPACITY, 0
        .quad   1

/* Entries: the drive to read, the drive to write, 2 bytes free, the count, the first sector there and
 * here. A count of 0 ends it. */
        .org    440
table:  .org    510
        .word   0xAA55
